internal import Archive
internal import ContentStore
public import OCI

extension LayerStore {
    /// Takes a blob of the content store for a layer, if its bytes, unpacked, have the DiffID. No files are made.
    ///
    /// Afterwards `blob(for:compression:)` and `unpack(diffID:blob:progress:)` find it like any other blob of the layer.
    /// Nothing is read when it was taken before.
    ///
    /// - Returns: The blob with the media type of what it is really compressed with.
    /// - Throws: `LayerStoreError`: `diffIDMismatch`, or `unrepresentable` for a compression that layers cannot have;
    ///   `ArchiveError`; `StoreError`; `CancellationError`.
    @discardableResult
    public func adopt(_ blob: Descriptor, as diffID: Digest) async throws -> Descriptor {
        try await blocking { flag in
            if let known = try self.store.layerBlobs(diffID).first(where: { $0.descriptor.digest == blob.digest }) {
                return known.descriptor
            }
            try self.store.pin([blob.digest])
            let compression = try self.store.withSource(of: blob.digest) { source in
                let limits = self.store.limits.decompression(ofArchive: self.store.size(of: blob.digest))
                return try Self.verify(source, limits, diffID: diffID, flag: flag)
            }
            let descriptor = Descriptor(mediaType: .ociLayer(compression), digest: blob.digest, size: blob.size)
            // Not this program's own compression, so without a level.
            try self.store.putLayerBlob(descriptor, diffID: diffID, compression: compression.rawValue)
            return descriptor
        }
    }

    private static func verify(
        _ source: FileSource, _ limits: Decompressor.Limits, diffID: Digest, flag: CancellationFlag
    ) throws -> MediaType.LayerCompression {
        let decompressor = try Decompressor.open(source, limits: limits)
        var digester = Digester(diffID.algorithm)
        let sink = TeeSink(to: nil) { bytes in
            try flag.check()
            unsafe bytes.withUnsafeBytes { unsafe digester.update($0) }
        }
        _ = try decompressor.copy(to: sink)
        let found = digester.finalize()
        guard found == diffID else {
            throw LayerStoreError(
                .diffIDMismatch, "the layer should have the DiffID \(diffID), but its contents have \(found)")
        }
        switch decompressor.format {
        case .uncompressed: return .uncompressed
        case .gzip: return .gzip
        case .zstd: return .zstd
        case .bzip2, .xz:
            throw LayerStoreError(.unrepresentable, "the layer \(diffID) is compressed in a way no engine reads")
        }
    }
}
