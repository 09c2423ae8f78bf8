import BuildGraph

/// What the layers of a graph's operations are needed for.
struct LayerUses: Sendable {
    private var ofResult: Set<OperationID>
    private var inputs: Set<OperationID> = []

    init(_ graph: BuildGraph) {
        ofResult = Set(graph.chain(to: graph.result).map(\.id))
        for operation in graph.operations { inputs.formUnion(operation.inputs) }
    }

    /// Whether the layer is one of the image's.
    func isPartOfResult(_ id: OperationID) -> Bool { ofResult.contains(id) }

    /// Whether another operation looks at it.
    func isInput(_ id: OperationID) -> Bool { inputs.contains(id) }
}
