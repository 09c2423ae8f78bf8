import BuildGraph
import OCI

/// What the layers of an operation have to be like, whatever they hold: those of the base image, and one for each
/// operation on top of it.
struct StackShape: Hashable, Sendable {
    var base: [Digest] = []
    var ownCount = 0

    init(base: [Digest], ownCount: Int) {
        self.base = base
        self.ownCount = ownCount
    }

    init(of id: OperationID, in graph: BuildGraph) {
        var next: OperationID? = id
        while let current = next {
            switch graph[current].kind {
            case .scratch: break
            case .image(_, let image): base = image.configuration.diffIDs
            case .copy, .run, .makeDirectory: ownCount += 1
            }
            next = graph[current].base
        }
    }

    /// The layers above those of the base; nil where the stack is of another shape.
    func own(of layers: [Digest]) -> [Digest]? {
        guard layers.count == base.count + ownCount, layers.starts(with: base) else { return nil }
        return Array(layers.dropFirst(base.count))
    }
}
