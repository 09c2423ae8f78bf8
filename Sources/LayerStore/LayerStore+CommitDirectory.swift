internal import Archive
public import FileSystem
internal import OCI
public import SystemPackage

extension LayerStore {
    /// Makes a layer of the upperdir of an overlay mount that is not mounted any more.
    ///
    /// The directory is moved into the store, so it must be on the store's file system, and is gone afterwards. Nothing
    /// of it is copied, and no archive is stored: the archive is hashed for its DiffID, and made again by
    /// `blob(for:compression:)`. A step that changed nothing gives the DiffID of an archive without entries.
    ///
    /// - Parameters:
    ///   - epoch: later times become this time, in the directory too, so that the next step sees what a layer from the
    ///     cache would show; nil leaves times alone.
    ///   - ownerLog: what the sandbox noted of owners that the files themselves cannot have; nil where the kernel has them.
    ///   - below: the layers that the upperdir lay on. With them, whiteouts and opaque marks that hide nothing of the
    ///     image are left out, as docker does.
    /// - Throws: `LayerStoreError`: `unrepresentable`; `ArchiveError`; `StoreError`; `FileSystemError` (EXDEV on another
    ///   file system); `CancellationError`. The directory may be changed or gone then.
    public func commit(
        upperDirectory: FilePath, epoch: Timestamp?, ownerLog: [UInt8]? = nil, below: LayerView? = nil
    ) async throws -> CommittedLayer {
        guard let log = OwnerLog(ownerLog ?? []) else {
            throw LayerStoreError(.invalidEntry, "the owners of the step's symbolic links cannot be read")
        }
        return try await blocking { flag in
            try self.commitNow(upperDirectory, epoch: epoch, log, below: below, flag: flag)
        }
    }

    private func commitNow(
        _ path: FilePath, epoch: Timestamp?, _ log: OwnerLog, below: LayerView?, flag: CancellationFlag
    ) throws -> CommittedLayer {
        guard let last = path.lastComponent, let name = FileName(last) else {
            throw FileSystemError(.invalidArgument, operation: "commit", path: path)
        }
        let parentPath = path.removingLastComponent()
        let parent = try DirectoryHandle(parentPath.isEmpty ? "." : parentPath)
        var digester = Digester()
        let sink = TeeSink(to: nil) { bytes in unsafe bytes.withUnsafeBytes { unsafe digester.update($0) } }
        let writer = TarWriter(to: sink)
        let tree = try parent.openDirectory(name)
        if let below { try UnchangedEntries(below: below, checkpoint: flag.check).remove(from: tree) }
        let owners = try log.resolved(in: tree)
        let archiver = TreeArchiver(
            writer: writer, change: .settle(epoch: epoch), below: below, owners: owners, checkpoint: flag.check)
        let count = try archiver.write(tree)
        try writer.finish()
        let layer = CommittedLayer(diffID: digester.finalize(), size: sink.count, entryCount: count)
        // As of a step that changed nothing: no place is made only to be removed again.
        if try isUnpacked(layer.diffID) {
            try parent.removeTree(name)
            return layer
        }
        let place = try newPlace()
        do {
            try parent.rename(name, to: LayerPlace.treeName, in: place.directory)
            let record = LayerPlace.Record(size: layer.size, entryCount: count, owners: owners)
            try install(place, as: layer.diffID, record)
        } catch {
            discard(place)
            throw error
        }
        return layer
    }
}
