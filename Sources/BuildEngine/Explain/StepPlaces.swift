import BuildGraph

/// Where the operations of a graph stand in their stages.
struct StepPlaces: Sendable {
    /// The stage of each operation with its platform, and the position in it, from 0.
    private let places: [(stage: String, position: Int64)]
    private let instructions: [String: Set<String>]

    init(_ graph: BuildGraph) {
        var counts: [String: Int64] = [:]
        var places: [(stage: String, position: Int64)] = []
        var instructions: [String: Set<String>] = [:]
        for operation in graph.operations {
            let stage = "\(operation.stage) \(operation.platform)"
            places.append((stage, counts[stage, default: 0]))
            counts[stage, default: 0] += 1
            instructions[stage, default: []].insert(operation.instruction)
        }
        self.places = places
        self.instructions = instructions
    }

    subscript(operation: Operation) -> (stage: String, position: Int64) { places[operation.id.rawValue] }

    /// Whether a stage has an instruction of this text.
    func contains(_ instruction: String, in stage: String) -> Bool {
        instructions[stage]?.contains(instruction) ?? false
    }
}
