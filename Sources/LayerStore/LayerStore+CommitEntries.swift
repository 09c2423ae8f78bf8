public import Archive
internal import ContentStore
public import FileSystem
internal import OCI
internal import SystemPackage

extension LayerStore {
    /// Makes a layer of entries, reading each source once.
    ///
    /// The archive is hashed for its DiffID while it is written; in the same pass it is compressed into a blob of the
    /// content store, and unpacked, as asked for.
    ///
    /// - Parameters:
    ///   - entries: in any order. Every directory that an entry lies in must be among them, with the attributes it has in
    ///     the image, for in overlayfs the uppermost layer's are the ones that show. No path may occur twice. Whiteouts
    ///     are entries called `.wh.<name>`. Of a group of hard links, one has the contents; which one does not matter.
    ///   - epoch: later times become this time; nil keeps them. A fraction of a second is dropped.
    ///   - compression: how to compress the blob; nil makes none.
    ///   - unpack: whether to unpack the layer too, for a later step that runs on top of it.
    /// - Throws: `LayerStoreError`: `sourceChanged` when a file's size or time changes while it is read,
    ///   `invalidEntry`; `ArchiveError`; `StoreError`; `FileSystemError`; `CancellationError`. Nothing is kept then.
    public func commit(
        entries: [LayerEntry], epoch: Timestamp?, compression: Compression?, unpack: Bool
    ) async throws -> CommittedLayer {
        try await blocking { flag in
            let ordered = try EntryOrder.canonical(entries, epoch: epoch)
            guard unpack else {
                return try self.write(ordered, compression: compression, builder: nil, flag: flag)
            }
            let (place, tree) = try self.newTree()
            do {
                let builder = try TreeBuilder(root: tree)
                let layer = try self.write(ordered, compression: compression, builder: builder, flag: flag)
                _ = try builder.finish()
                let record = LayerPlace.Record(
                    size: layer.size, entryCount: layer.entryCount, owners: builder.owners)
                try self.install(place, as: layer.diffID, record)
                return layer
            } catch {
                self.discard(place)
                throw error
            }
        }
    }

    /// Writes the archive of entries in canonical order to its digest, its blob and its directory.
    private func write(
        _ entries: [LayerEntry], compression: Compression?, builder: TreeBuilder?, flag: CancellationFlag
    ) throws -> CommittedLayer {
        let blob = try compression.map { try LayerBlobSink($0, store: store) }
        var digester = Digester()
        let sink = TeeSink(to: blob?.compressor) { bytes in
            unsafe bytes.withUnsafeBytes { unsafe digester.update($0) }
        }
        // Files are read in this thread, their bytes hashed in another one and compressed in more.
        let writer = TarWriter(to: WriteBehindSink(to: sink))
        var source = EntrySource()
        for entry in entries {
            try flag.check()
            try source.write(entry, to: writer, builder: builder)
        }
        try writer.finish()
        var layer = CommittedLayer(diffID: digester.finalize(), size: sink.count, entryCount: entries.count)
        layer.blob = try blob?.commit(diffID: layer.diffID)
        return layer
    }
}
