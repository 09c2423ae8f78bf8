internal import Archive
internal import ContentStore
internal import FileSystem
public import OCI
internal import Synchronization
internal import SystemPackage

extension LayerStore {
    /// Unpacks the blob of a layer, unless that has been done before.
    ///
    /// Who calls for the same layer meanwhile waits for the same work. The bytes are verified against the DiffID on the
    /// way; nothing is there until they have been.
    ///
    /// - Parameters:
    ///   - blob: the layer's blob, which is in the content store; gzip, zstd, bzip2, xz or not compressed.
    ///   - progress: called on another thread with the number of bytes of the blob read so far, now and then.
    /// - Throws: `LayerStoreError`: `diffIDMismatch`, `invalidEntry`, `unmappedOwner`; `ArchiveError`, `limitExceeded`
    ///   beyond the store's limits; `StoreError`; `FileSystemError`; `CancellationError`.
    public func unpack(
        diffID: Digest, blob: Descriptor, progress: @escaping @Sendable (Int64) -> Void = { _ in }
    ) async throws {
        if try isUnpacked(diffID) { return try recordIfMissing(diffID) }
        try await unpacking.value(for: diffID) {
            try await blocking { flag in
                try self.unpackNow(diffID: diffID, blob: blob, flag: flag, progress: progress)
            }
        }
    }

    /// Makes up for a process that was killed between putting the layer into its place and recording it.
    private func recordIfMissing(_ diffID: Digest) throws {
        if store.isReadOnly { return }
        guard try store.unpackedLayer(diffID) == nil, let record = try place(of: diffID)?.record() else { return }
        try store.put([UnpackedLayer(diffID: diffID, size: record.size, entries: Int64(record.entryCount))])
    }

    private func unpackNow(
        diffID: Digest, blob: Descriptor, flag: CancellationFlag, progress: (Int64) -> Void
    ) throws {
        if try place(of: diffID) != nil { return }
        try store.pin([blob.digest])
        let (place, tree) = try newTree()
        do {
            let (record, format) = try store.withSource(of: blob.digest) { source in
                try extract(
                    source, of: store.size(of: blob.digest) ?? blob.size, diffID: diffID, into: tree, flag: flag,
                    progress: progress)
            }
            try install(place, as: diffID, record)
            // Not this program's own compression, so without a level.
            try store.putLayerBlob(blob, diffID: diffID, compression: "\(format)")
        } catch {
            discard(place)
            throw error
        }
    }

    private func extract(
        _ source: FileSource, of size: Int64, diffID: Digest, into tree: DirectoryHandle, flag: CancellationFlag,
        progress: (Int64) -> Void
    ) throws -> (LayerPlace.Record, StreamFormat) {
        let decompressor = try Decompressor.open(source, limits: store.limits.decompression(ofArchive: size))
        var budget = UnpackBudget(store.limits, archiveSize: size)
        var digester = Digester(diffID.algorithm)
        let counted = TeeSource(of: decompressor) { bytes in
            unsafe bytes.withUnsafeBytes { unsafe digester.update($0) }
        }
        let reader = TarReader(counted)
        let builder = try TreeBuilder(root: tree)
        var record = LayerPlace.Record()
        var buffer = [UInt8](repeating: 0, count: 256 << 10)
        var announced: Int64 = 0
        while let entry = try reader.next() {
            try flag.check()
            try budget.take(entry, read: decompressor.inputCount)
            let implied = builder.impliedCount
            try builder.add(entry) { file in
                while true {
                    let length = try unsafe buffer.withUnsafeMutableBytes { try unsafe reader.read(into: $0) }
                    if length == 0 { return }
                    try flag.check()
                    try unsafe buffer.withUnsafeBytes { bytes in
                        try unsafe file.writeAll(UnsafeRawBufferPointer(rebasing: bytes[..<length]), path: entry.path)
                    }
                }
            }
            try budget.take(
                directories: builder.impliedCount - implied, bytes: entry.path.length, read: decompressor.inputCount)
            record.entryCount += 1
            if decompressor.inputCount - announced >= 1 << 20 {
                announced = decompressor.inputCount
                progress(announced)
            }
        }
        try reader.drain()
        let found = digester.finalize()
        guard found == diffID else {
            throw LayerStoreError(
                .diffIDMismatch, "the layer should have the DiffID \(diffID), but its contents have \(found)")
        }
        record.implied = try builder.finish().map { $0.components.compactMap(FileName.init) }
        record.owners = builder.owners
        record.size = counted.count
        progress(decompressor.inputCount)
        return (record, decompressor.format)
    }
}
