internal import ContentStore
internal import FileSystem
internal import OCI
internal import SystemPackage

extension LayerStore {
    /// The layer's directory when the layer is unpacked and whole.
    func place(of diffID: Digest) throws -> LayerPlace? {
        do {
            let place = LayerPlace(directory: try DirectoryHandle(store.layerPath(of: diffID)))
            return try place.isWhole() ? place : nil
        } catch let error as FileSystemError where error.isNotFound {
            return nil
        }
    }

    /// A new directory to build a layer in, without the `fs` inside.
    func newPlace() throws -> LayerPlace {
        let path = try temporaryPath()
        guard let last = path.lastComponent, let name = FileName(last) else {
            throw FileSystemError(.invalidArgument, operation: "create the directory", path: path)
        }
        let parent = try DirectoryHandle(path.removingLastComponent())
        try parent.makeDirectory(name, mode: 0o700)
        return LayerPlace(directory: try parent.openDirectory(name))
    }

    /// A new directory to build a layer in, with an empty `fs`.
    func newTree() throws -> (place: LayerPlace, tree: DirectoryHandle) {
        let place = try newPlace()
        try place.directory.makeDirectory(LayerPlace.treeName)
        let tree = try place.openTree()
        // Whatever the umask.
        try tree.setMode(0o755)
        return (place, tree)
    }

    /// Puts a finished layer into its place and records it. When another process was faster, its layer stays.
    func install(_ place: LayerPlace, as diffID: Digest, _ record: LayerPlace.Record) throws {
        try place.finish(record)
        // Before the look: from here on no garbage collection takes the layer away.
        try store.pin([diffID])
        let temporaryPath = place.directory.path
        guard let last = temporaryPath.lastComponent, let name = FileName(last), let target = FileName(diffID.hex)
        else {
            throw FileSystemError(.invalidArgument, operation: "rename", path: temporaryPath)
        }
        let temporary = try DirectoryHandle(temporaryPath.removingLastComponent())
        let layers = try DirectoryHandle(store.layerPath(of: diffID).removingLastComponent())
        while try !move(name, from: temporary, to: target, in: layers) {
            if try self.place(of: diffID) != nil {
                try temporary.removeTree(name)
                break
            }
            // Left by a machine that went down before it was synced.
            try removeRemains(of: diffID, target, in: layers)
        }
        try store.put([UnpackedLayer(diffID: diffID, size: record.size, entries: Int64(record.entryCount))])
    }

    /// Renames without replacing; false when there is something of that name already.
    private func move(
        _ name: FileName, from temporary: DirectoryHandle, to target: FileName, in layers: DirectoryHandle
    ) throws(FileSystemError) -> Bool {
        do {
            try temporary.rename(name, to: target, in: layers, existing: .refuse)
            return true
        } catch let error where error.code == .fileExists || error.code == .directoryNotEmpty {
            return false
        }
    }

    /// Removes a layer that is no good, under the store's lock, so that it is not one that another process has just put
    /// there. Moved out of the way first, so that nobody sees it half removed.
    private func removeRemains(of diffID: Digest, _ name: FileName, in layers: DirectoryHandle) throws {
        // Before the lock, which making a lease needs as well.
        let path = try temporaryPath()
        guard let last = path.lastComponent, let remains = FileName(last) else { return }
        let temporary = try DirectoryHandle(path.removingLastComponent())
        let lock = try FileLock(waitingFor: store.root.appending("lock"))
        defer { withExtendedLifetime(lock) {} }
        guard try place(of: diffID) == nil, try layers.statusIfExists(of: name) != nil else { return }
        try layers.rename(name, to: remains, in: temporary)
        try temporary.removeTree(remains)
    }

    /// Removes a layer that could not be finished. What is left after a failure goes with the lease.
    func discard(_ place: LayerPlace) {
        try? removeTree(place.directory.path)
    }

    /// Makes every layer of this store that is in its place survive a power failure, with one syncfs if any needs it.
    ///
    /// To be called when a build is done, before its result is announced. Layers for which that never happens are as
    /// good as any other until the machine goes down, and absent afterwards.
    public func synchronize() throws {
        let layers = try DirectoryHandle(store.root.appending("layers"))
        var unsynced: [LayerPlace] = []
        for entry in try layers.entries() {
            guard let directory = try? layers.openDirectory(entry.name) else { continue }
            let place = LayerPlace(directory: directory)
            if try place.isUnsynced(), try place.isWhole() { unsynced.append(place) }
        }
        if unsynced.isEmpty { return }
        try layers.synchronizeFileSystem()
        for place in unsynced { try place.markSynced() }
    }
}
