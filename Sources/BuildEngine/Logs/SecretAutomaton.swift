/// Finds secrets in a stream of bytes: the automaton of Aho and Corasick, which reads each byte once however many there are.
struct SecretAutomaton: Sendable {
    /// A place in the automaton: the longest end of what was read that is the beginning of a secret.
    typealias State = Int32

    /// What is shorter is no secret worth the name, and would tear ordinary output to pieces.
    static let shortest = 4
    /// The whole of a secret of several lines is looked for up to this length, its lines always.
    static let longestWhole = 4096

    private var bytes: [UInt8] = [0]
    private var firstChild: [State] = [-1]
    private var sibling: [State] = [-1]
    /// The place of the longest proper end that is the beginning of a secret as well.
    private var failure: [State] = [0]
    private var depth: [Int32] = [0]
    /// How long the longest secret is that ends here; 0 for none.
    private var longest: [Int32] = [0]
    /// The children of the root by byte, where most of ordinary output stays.
    private var roots = [State](repeating: 0, count: 256)

    /// An automaton for these secrets; nil when none of them is long enough to be looked for.
    init?(_ secrets: [[UInt8]]) {
        for pattern in Set(secrets.flatMap(Self.patterns)) { insert(pattern) }
        guard bytes.count > 1 else { return nil }
        link()
    }

    /// What is looked for: the secret without blanks at its ends, as programs print it, and each of its lines.
    static func patterns(of secret: [UInt8]) -> [[UInt8]] {
        let whole = trimmed(secret[...])
        let lines = whole.split(separator: UInt8(ascii: "\n")).map { trimmed($0) }
        var patterns = lines.count > 1 ? lines : []
        if lines.count == 1 || whole.count <= longestWhole { patterns.append(whole) }
        return patterns.filter { $0.count >= shortest }.map(Array.init)
    }

    private static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0d).contains(byte) }
        var text = text.drop(while: isBlank)
        while let last = text.last, isBlank(last) { text.removeLast() }
        return text
    }

    private mutating func insert(_ pattern: [UInt8]) {
        var state: State = 0
        for byte in pattern {
            if let next = child(of: state, byte) {
                state = next
                continue
            }
            let new = State(bytes.count)
            bytes.append(byte)
            firstChild.append(-1)
            sibling.append(firstChild[Int(state)])
            firstChild[Int(state)] = new
            failure.append(0)
            depth.append(depth[Int(state)] + 1)
            longest.append(0)
            if state == 0 { roots[Int(byte)] = new }
            state = new
        }
        longest[Int(state)] = Int32(pattern.count)
    }

    /// Sets the failure links, nodes nearer to the root first.
    private mutating func link() {
        var queue: [State] = [0]
        var next = 0
        while next < queue.count {
            let state = queue[next]
            next += 1
            var node = firstChild[Int(state)]
            while node >= 0 {
                let index = Int(node)
                if state != 0 { failure[index] = self.next(failure[Int(state)], bytes[index]) }
                longest[index] = max(longest[index], longest[Int(failure[index])])
                queue.append(node)
                node = sibling[index]
            }
        }
    }

    private func child(of state: State, _ byte: UInt8) -> State? {
        if state == 0 { return roots[Int(byte)] > 0 ? roots[Int(byte)] : nil }
        var node = firstChild[Int(state)]
        while node >= 0 {
            if bytes[Int(node)] == byte { return node }
            node = sibling[Int(node)]
        }
        return nil
    }

    /// The place after one more byte.
    func next(_ state: State, _ byte: UInt8) -> State {
        var state = state
        while true {
            if let next = child(of: state, byte) { return next }
            if state == 0 { return 0 }
            state = failure[Int(state)]
        }
    }

    /// How many of the last bytes may be the beginning of a secret.
    func open(_ state: State) -> Int { Int(depth[Int(state)]) }

    /// How many of the last bytes are a secret; 0 for none.
    func match(_ state: State) -> Int { Int(longest[Int(state)]) }
}
