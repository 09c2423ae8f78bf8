internal import Archive
internal import ContentStore
internal import OCI

/// Compresses a layer's archive into a blob of the content store.
final class LayerBlobSink {
    /// Takes the archive.
    let compressor: Compressor
    private let compression: Compression
    private let store: ContentStore
    private let writer: BlobWriter

    init(_ compression: Compression, store: ContentStore) throws {
        self.compression = compression
        self.store = store
        writer = try store.blobWriter()
        let kept = MemberReader(compression, store: store).members
        compressor = try Compressor(compression, to: writer, kept: kept)
    }

    /// Puts the finished blob into the store and records which layer it holds.
    func commit(diffID: Digest) throws -> Descriptor {
        let (digest, size) = try writer.commit()
        let blob = Descriptor(mediaType: compression.layerMediaType, digest: digest, size: size)
        let members = compressor.memberPlaces.map { KeptMember(key: $0.key, offset: $0.offset, length: $0.length) }
        try store.putLayerBlob(blob, diffID: diffID, compression: compression.description, members: members)
        return blob
    }
}

extension Compression {
    /// OCI's name for a layer compressed this way.
    var layerMediaType: MediaType {
        switch self {
        case .uncompressed: .ociLayer
        case .gzip: .ociLayerGzip
        case .zstd: .ociLayerZstd
        }
    }
}
