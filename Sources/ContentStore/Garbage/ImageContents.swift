public import OCI

/// Everything that an image consists of, as far as its documents are in the store.
public struct ImageContents: Hashable, Sendable {
    /// The manifests, indexes and configurations that are there, with their sizes in bytes.
    public var documents: [Digest: Int64] = [:]
    /// The layers by the digests and sizes in the manifests, whether their blobs are there or not.
    public var layers: [Digest: Int64] = [:]
    /// The layers by DiffID.
    public var diffIDs: Set<Digest> = []
    /// Documents that are referred to but missing, such as those of other platforms, or damaged.
    public var missing: Set<Digest> = []

    /// The size of everything, each blob counted once.
    public var size: Int64 { documents.values.reduce(0, +) + layers.values.reduce(0, +) }

    mutating func formUnion(_ other: ImageContents) {
        documents.merge(other.documents) { first, _ in first }
        layers.merge(other.layers) { first, _ in first }
        diffIDs.formUnion(other.diffIDs)
        missing.formUnion(other.missing)
    }
}

extension ContentStore {
    /// How many documents one image may consist of.
    static let maximumDocuments = 10_000

    /// Everything that is reachable from a manifest or index. What is missing or malformed ends there and is no error,
    /// so that one damaged image does not stop the collection of garbage.
    ///
    /// - Throws: `inputOutput` and the like.
    public func contents(of descriptor: Descriptor) throws(StoreError) -> ImageContents {
        var result = ImageContents()
        try collect(descriptor, depth: 0, into: &result)
        return result
    }

    private func collect(_ descriptor: Descriptor, depth: Int, into result: inout ImageContents) throws(StoreError) {
        guard result.documents[descriptor.digest] == nil, depth < ResolvedImage.maximumDepth,
            result.documents.count < Self.maximumDocuments
        else { return }
        do throws(StoreError) {
            let bytes = try document(descriptor)
            result.documents[descriptor.digest] = descriptor.size
            guard try !ResolvedImage.isIndex(descriptor, bytes) else {
                let index = try storeErrors { try ImageIndex(parsing: bytes) }
                for manifest in index.manifests { try collect(manifest, depth: depth + 1, into: &result) }
                return
            }
            let manifest = try storeErrors { try ImageManifest(parsing: bytes) }
            for layer in manifest.layers { result.layers[layer.digest] = layer.size }
            try collect(configuration: manifest.configuration, into: &result)
        } catch  where Self.isDamage(error) {
            result.missing.insert(descriptor.digest)
        }
    }

    private func collect(configuration: Descriptor, into result: inout ImageContents) throws(StoreError) {
        do throws(StoreError) {
            let bytes = try document(configuration)
            result.documents[configuration.digest] = configuration.size
            guard configuration.mediaType.isConfiguration else { return }
            result.diffIDs.formUnion(try storeErrors { try ImageConfiguration(parsing: bytes) }.diffIDs)
        } catch  where Self.isDamage(error) {
            result.missing.insert(configuration.digest)
        }
    }

    private static func isDamage(_ error: StoreError) -> Bool {
        [.missingBlob, .corruptBlob, .invalidDocument, .sizeMismatch, .tooLarge].contains(error.code)
    }
}
