import ContentStore
import LayerStore
import OCI

/// Sees to it that layers are unpacked when a step needs their files, and their blobs in the store when an export does.
///
/// Layers of base images are fetched only then, each once, however many tasks want it at the same time.
actor LayerProvider {
    /// Brings a blob into the store.
    typealias Fetch = @Sendable (Descriptor) async throws -> Void

    private struct Origin {
        var descriptor: Descriptor
        var fetch: Fetch
    }

    private let store: ContentStore
    private let layers: LayerStore
    private var origins: [Digest: Origin] = [:]
    private var fetching: [Digest: Task<Void, any Error>] = [:]

    init(store: ContentStore, layers: LayerStore) {
        self.store = store
        self.layers = layers
    }

    /// Makes known where the layer of a base image can be had.
    func register(diffID: Digest, descriptor: Descriptor, fetch: @escaping Fetch) {
        if origins[diffID] == nil { origins[diffID] = Origin(descriptor: descriptor, fetch: fetch) }
    }

    /// The blob in which a base image has a layer.
    func baseDescriptor(of diffID: Digest) -> Descriptor? { origins[diffID]?.descriptor }

    /// Whether a layer can be had at all.
    func isAvailable(_ diffID: Digest) throws -> Bool {
        if origins[diffID] != nil { return true }
        if try layers.isUnpacked(diffID) { return true }
        return try !store.layerBlobs(diffID).isEmpty
    }

    /// Unpacks the layers of a stack that are not yet.
    func unpack(_ stack: [Digest]) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for diffID in Set(stack) where try !layers.isUnpacked(diffID) {
                group.addTask { try await self.unpackOne(diffID) }
            }
            try await group.waitForAll()
        }
    }

    /// Brings the blob of a base image's layer into the store.
    func fetch(_ diffID: Digest) async throws {
        guard let origin = origins[diffID] else { return }
        try await fetch(origin)
    }

    /// Brings a blob into the store that a base image has as a layer.
    ///
    /// - Returns: Whether there is such a layer.
    func fetch(blob: Descriptor) async throws -> Bool {
        guard let origin = origins.values.first(where: { $0.descriptor.digest == blob.digest }) else { return false }
        try await fetch(origin)
        return true
    }

    private func unpackOne(_ diffID: Digest) async throws {
        try await layers.unpack(diffID: diffID, blob: try await blob(for: diffID))
    }

    private func blob(for diffID: Digest) async throws -> Descriptor {
        if let known = try store.layerBlobs(diffID).first { return known.descriptor }
        guard let origin = origins[diffID] else {
            throw BuildError(
                .storeFailed, "the layer \(diffID) is not in the store any more",
                help: "build again with --no-cache")
        }
        try await fetch(origin)
        return origin.descriptor
    }

    private func fetch(_ origin: Origin) async throws {
        let digest = origin.descriptor.digest
        let task =
            fetching[digest]
            ?? Task { if !store.contains(digest) { try await origin.fetch(origin.descriptor) } }
        fetching[digest] = task
        defer { fetching[digest] = nil }
        try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            task.cancel()
        }
    }
}
