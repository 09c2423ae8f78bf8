public import Archive
public import OCI

/// Where the blobs of images are: the store itself, or an OCI layout in a directory.
public protocol BlobSource: Sendable {
    /// The size of a blob in bytes; nil when it is not there.
    func size(of digest: Digest) -> Int64?

    /// The bytes of a manifest, index or configuration, checked against digest and size.
    ///
    /// - Throws: `missingBlob`, `corruptBlob` or `digestMismatch`, `sizeMismatch`, `tooLarge`, `inputOutput`.
    func document(_ descriptor: Descriptor) throws(StoreError) -> [UInt8]

    /// Opens a blob, lends its bytes, which are not checked, and closes it.
    func withSource<Result>(of digest: Digest, _ body: (FileSource) throws -> Result) throws -> Result
}

extension ContentStore: BlobSource {}

extension BlobSource {
    /// The image for `platform` behind `descriptor`, which is a manifest or an index, however nested.
    ///
    /// - Throws: `noSuchPlatform` with what there is; `missingBlob`, `invalidDocument` and so on.
    public func resolve(_ descriptor: Descriptor, platform: Platform) throws(StoreError) -> ResolvedImage {
        try ResolvedImage.resolve(descriptor, platform: platform) { descriptor throws(StoreError) in
            try document(descriptor)
        }
    }

    /// All blobs of an image in the order in which they are to be copied: what refers to others comes after them, the
    /// blob of `descriptor` itself last, and each blob once.
    ///
    /// An index may be sparse: manifests that are not here are left out, as `docker save` does with other platforms.
    /// Layers that must not be distributed may be missing as well.
    ///
    /// - Throws: `missingBlob` for everything else that is missing, `invalidDocument` for indexes that are nested too
    ///   deep or too many documents, and so on.
    public func blobs(of descriptor: Descriptor) throws(StoreError) -> [Descriptor] {
        var walk = ImageWalk(source: self)
        try walk.visit(descriptor, depth: 0)
        return walk.found
    }
}

private struct ImageWalk<Source: BlobSource> {
    let source: Source
    var found: [Descriptor] = []
    var visited: Set<Digest> = []

    mutating func visit(_ descriptor: Descriptor, depth: Int) throws(StoreError) {
        guard visited.insert(descriptor.digest).inserted else { return }
        guard depth < ResolvedImage.maximumDepth else {
            throw StoreError(.invalidDocument, "the index \(descriptor.digest) is nested too deep")
        }
        guard visited.count <= ContentStore.maximumDocuments else {
            throw StoreError(.invalidDocument, "the image consists of more than \(ContentStore.maximumDocuments) blobs")
        }
        let bytes = try source.document(descriptor)
        if try ResolvedImage.isIndex(descriptor, bytes) {
            let index = try storeErrors("the index \(descriptor.digest)") { try ImageIndex(parsing: bytes) }
            try visitManifests(of: index, depth: depth)
        } else {
            let manifest = try storeErrors("the manifest \(descriptor.digest)") { try ImageManifest(parsing: bytes) }
            for blob in [manifest.configuration] + manifest.layers { try add(blob) }
        }
        found.append(descriptor)
    }

    private mutating func visitManifests(of index: ImageIndex, depth: Int) throws(StoreError) {
        var missing: Descriptor?
        var isAnyPresent = false
        for entry in index.manifests {
            guard source.size(of: entry.digest) != nil else {
                if !entry.isAttestation { missing = missing ?? entry }
                continue
            }
            isAnyPresent = true
            // BuildKit's cache keeps its layers directly in an index.
            if entry.mediaType.isLayer || entry.mediaType == .buildKitCacheConfiguration {
                try add(entry)
            } else {
                try visit(entry, depth: depth + 1)
            }
        }
        if let missing, !isAnyPresent {
            throw StoreError(.missingBlob, "none of the index's images is there, such as \(missing.digest)")
        }
    }

    private mutating func add(_ blob: Descriptor) throws(StoreError) {
        guard !visited.contains(blob.digest) else { return }
        guard let size = source.size(of: blob.digest) else {
            if blob.mediaType.isLayer, !blob.urls.isEmpty { return }
            throw StoreError(.missingBlob, "the blob \(blob.digest) is missing")
        }
        guard size == blob.size else {
            throw StoreError(.sizeMismatch, "\(blob.digest) has \(size) bytes instead of the \(blob.size) announced")
        }
        visited.insert(blob.digest)
        found.append(blob)
    }
}
