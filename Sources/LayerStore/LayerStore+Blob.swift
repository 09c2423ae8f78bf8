public import Archive
internal import ContentStore
internal import FileSystem
public import OCI
internal import SystemPackage

extension LayerStore {
    /// A blob that holds the layer, compressed as asked for: one that is there already, or a new one.
    ///
    /// A layer that was pulled is there in the compression of its origin, whatever the level; that blob is taken. Else
    /// the archive is made again, from another blob of the layer or from its directory, and verified against the DiffID
    /// while it is compressed. Who calls for the same blob meanwhile waits for the same work.
    ///
    /// - Throws: `LayerStoreError`: `missingLayer`; `diffIDMismatch` when the directory cannot give the archive's bytes
    ///   again (a layer from elsewhere without its blob, or one that was tampered with); `ArchiveError`; `StoreError`;
    ///   `FileSystemError`; `CancellationError`.
    public func blob(for diffID: Digest, compression: Compression) async throws -> Descriptor {
        if let blob = try existingBlob(of: diffID, compression) { return blob }
        return try await compressing.value(for: "\(diffID) \(compression)") {
            try await blocking { flag in
                if let blob = try self.existingBlob(of: diffID, compression) { return blob }
                return try self.makeBlob(of: diffID, compression, flag: flag)
            }
        }
    }

    private func existingBlob(of diffID: Digest, _ compression: Compression) throws -> Descriptor? {
        let blobs = try store.layerBlobs(diffID)
        let exact = blobs.first { $0.compression == compression.description }
        return (exact ?? blobs.first { $0.compression == compression.name })?.descriptor
    }

    private func makeBlob(of diffID: Digest, _ compression: Compression, flag: CancellationFlag) throws -> Descriptor {
        let blob = try LayerBlobSink(compression, store: store)
        var digester = Digester(diffID.algorithm)
        let sink = TeeSink(to: blob.compressor) { bytes in
            try flag.check()
            unsafe bytes.withUnsafeBytes { unsafe digester.update($0) }
        }
        if let other = try store.layerBlobs(diffID).first {
            _ = try store.withSource(of: other.descriptor.digest) { source in
                let limits = store.limits.decompression(ofArchive: store.size(of: other.descriptor.digest))
                return try Decompressor.open(source, limits: limits).copy(to: sink)
            }
            try sink.finish()
        } else if let place = try place(of: diffID) {
            let writer = TarWriter(to: sink)
            let archiver = TreeArchiver(
                writer: writer, owners: try place.record().owners, checkpoint: flag.check)
            _ = try archiver.write(try place.openTree())
            try writer.finish()
        } else {
            throw LayerStoreError(.missingLayer, "the layer \(diffID) is neither unpacked nor stored as a blob")
        }
        let found = digester.finalize()
        guard found == diffID else {
            throw LayerStoreError(
                .diffIDMismatch,
                "the archive of the layer \(diffID) cannot be made again from its directory: that gives \(found)")
        }
        return try blob.commit(diffID: diffID)
    }
}
