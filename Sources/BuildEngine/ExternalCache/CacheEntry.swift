import BuildGraph
import ContentStore
import FileSystem
import OCI

/// What a cache that is written says of one step.
struct CacheEntry: Hashable, Sendable {
    var definition: Digest
    var content: Digest?
    /// The layers above those of the base, the lowest first, the step's own last.
    var own: [Digest]
    /// The epoch of the build that made it, in seconds.
    var epoch: Int64
    /// The step's name, for people.
    var step: String
}

/// Finds what is known of the steps of a build once it is done.
struct CacheCollector: Sendable {
    let store: ContentStore
    let provider: LayerProvider
    let imports: CacheImports

    /// The steps that made the layers of an image, the lowest first.
    func result(of image: ImageAssembler) async throws -> [CacheEntry] {
        var entries: [CacheEntry] = []
        for operation in image.graph.chain(to: image.graph.result) where operation.addsLayer {
            let shape = StackShape(of: operation.id, in: image.graph)
            let layers = Array(image.layers.prefix(shape.base.count + shape.ownCount))
            guard let own = shape.own(of: layers) else { continue }
            // The layers are the image's, whatever the store's record may say by now.
            let found = try await record(of: operation, shape, in: image)
            let step = found.flatMap { $0.layers == layers ? $0 : nil }
            entries.append(
                CacheEntry(
                    definition: image.keys.definition(operation.id), content: step?.content, own: own,
                    epoch: step?.epoch ?? image.epoch.seconds, step: operation.name))
        }
        return entries
    }

    /// All steps that the image needs, also of stages from which it only copies, as far as their results are known: those
    /// below a step that was cached need not be.
    func all(of image: ImageAssembler) async throws -> [CacheEntry] {
        var entries = try await result(of: image)
        let ofResult = Set(image.graph.chain(to: image.graph.result).map(\.id))
        for operation in image.graph.operations where operation.addsLayer && !ofResult.contains(operation.id) {
            let shape = StackShape(of: operation.id, in: image.graph)
            guard let step = try await record(of: operation, shape, in: image), let own = shape.own(of: step.layers)
            else { continue }
            entries.append(
                CacheEntry(
                    definition: image.keys.definition(operation.id), content: step.content, own: own,
                    epoch: step.epoch, step: operation.name))
        }
        return entries
    }

    /// What the store has of a step, or else a cache that was imported: of a step below one that was found nobody has
    /// asked before.
    private func record(
        of operation: Operation, _ shape: StackShape, in image: ImageAssembler
    ) async throws -> StepRecord? {
        let key = image.keys.definition(operation.id)
        if let step = try store.cacheRecord(for: key).flatMap({ StepRecord($0.payload) }),
            try await areAvailable(step.layers)
        {
            return step
        }
        return try await imports.step(for: key, fitting: shape)
    }

    private func areAvailable(_ layers: [Digest]) async throws -> Bool {
        for layer in layers {
            guard try await provider.isAvailable(layer) else { return false }
        }
        return true
    }
}

extension Operation {
    /// Whether it adds a layer to those of its base.
    fileprivate var addsLayer: Bool {
        switch kind {
        case .scratch, .image: false
        case .copy, .run, .makeDirectory: true
        }
    }
}

extension CacheDocument {
    /// The document of a build's steps, and the layers it speaks of, in the order of the manifest.
    ///
    /// The same steps in the same order give the same bytes. Steps that occur twice, as in two platforms' graphs, are
    /// written once.
    static func make(of entries: [CacheEntry]) -> (document: CacheDocument, blobs: [Digest]) {
        var document = CacheDocument()
        var blobs: [Digest] = []
        var blobPositions: [Digest: Int] = [:]
        var positions: [Layer: Int] = [:]
        var known: Set<Digest> = []
        for entry in entries where known.insert(entry.definition).inserted {
            var top: Int?
            for diffID in entry.own {
                let blob = blobPositions[diffID] ?? blobs.count
                if blob == blobs.count {
                    blobs.append(diffID)
                    blobPositions[diffID] = blob
                }
                let layer = Layer(diffID: diffID, blob: blob, parent: top)
                top = positions[layer] ?? document.layers.count
                if top == document.layers.count {
                    document.layers.append(layer)
                    positions[layer] = top
                }
            }
            guard let top else { continue }
            document.records.append(
                Record(
                    definition: entry.definition, content: entry.content, layer: top, epoch: entry.epoch,
                    step: entry.step))
        }
        return (document, blobs)
    }
}
