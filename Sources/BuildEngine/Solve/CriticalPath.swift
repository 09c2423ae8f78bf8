import BuildGraph

/// How much work waits for each operation of a graph: that of the longest chain from the operation to the result, its own
/// included. The operation with the most goes first, for the build cannot end before that chain does.
///
/// How long an operation really takes is not known before it runs, and an earlier run is no better guide: an operation
/// that has to run again is one whose inputs have changed. So kinds are weighed against each other.
struct CriticalPath {
    private var lengths: [Int]

    /// - Parameters:
    ///   - inputs: of each operation, all before it.
    ///   - costs: of each operation, not negative.
    init(inputs: [[OperationID]], costs: [Int]) {
        // What waits for an operation, without itself; users stand after what they use, so they are complete first.
        var lengths = Array(repeating: 0, count: inputs.count)
        for user in inputs.indices.reversed() {
            lengths[user] += costs[user]
            for input in inputs[user] { lengths[input.rawValue] = max(lengths[input.rawValue], lengths[user]) }
        }
        self.lengths = lengths
    }

    /// The work from the start of an operation to the end of the build.
    func length(_ id: OperationID) -> Int { lengths[id.rawValue] }

    /// Whether `right` is to go first. Of equals, the one that stands first in the Dockerfile.
    func isLess(_ left: OperationID, _ right: OperationID) -> Bool {
        (lengths[left.rawValue], right.rawValue) < (lengths[right.rawValue], left.rawValue)
    }

    /// A command usually takes far longer than copying its files.
    static func cost(of operation: Operation) -> Int {
        switch operation.kind {
        case .scratch, .image: 0
        case .makeDirectory: 1
        case .copy: 2
        case .run: 10
        }
    }
}
