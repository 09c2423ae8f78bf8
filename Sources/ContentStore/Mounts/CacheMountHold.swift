internal import FileSystem
internal import OCI
public import SystemPackage

/// The place of a cache mount's directory, `mounts/<digest>/<number>`, held so that nobody removes or replaces it.
///
/// A lock (flock) on the file `<number>.lock` beside it, let go of with the last reference or the process.
public final class CacheMountHold: Sendable {
    /// The directory, which need not exist yet.
    public let path: FilePath
    /// The directory below `mounts/`.
    let directory: String
    private let lock: FileLock

    init(path: FilePath, directory: String, lock: FileLock) {
        self.path = path
        self.directory = directory
        self.lock = lock
    }

    /// Whether the directory is there.
    public var exists: Bool { ContentStore.exists(path) }
}

extension ContentStore {
    /// Holds the place of a cache mount, or gives nil when somebody else holds it in a way that this one excludes.
    ///
    /// - Parameters:
    ///   - identity: What makes it this cache and no other; any text.
    ///   - number: Distinguishes directories of the same cache that are in use at the same time.
    ///   - isExclusive: Whether nobody else may hold it meanwhile.
    public func holdCacheMount(
        identity: String, number: Int = 0, isExclusive: Bool
    ) throws(StoreError) -> CacheMountHold? {
        try hold(directory: "\(Digest.sha256(of: identity).hex)/\(number)", isExclusive: isExclusive)
    }

    /// Holds the directory of a record.
    public func hold(_ record: CacheMountRecord, isExclusive: Bool) throws(StoreError) -> CacheMountHold? {
        try hold(directory: record.directory, isExclusive: isExclusive)
    }

    /// Under the store's lock, because removal takes the lock file away as well: what is locked here is still in its
    /// place.
    private func hold(directory: String, isExclusive: Bool) throws(StoreError) -> CacheMountHold? {
        guard !isReadOnly else { throw readOnlyError }
        return try storeErrors {
            let storeLock = try FileLock(waitingFor: root.appending("lock"))
            defer { withExtendedLifetime(storeLock) {} }
            return try holdNow(directory: directory, isExclusive: isExclusive)
        }
    }

    private func holdNow(directory: String, isExclusive: Bool) throws -> CacheMountHold? {
        let path = mountsPath.pushing(FilePath(directory))
        let parent = path.removingLastComponent()
        if let name = parent.lastComponent.flatMap(FileName.init) {
            _ = try DirectoryHandle(mountsPath).makeOrOpenDirectory(name, mode: 0o700)
        }
        guard let lock = try FileLock.tryLock(Self.lockPath(of: path), exclusive: isExclusive) else { return nil }
        return CacheMountHold(path: path, directory: directory, lock: lock)
    }

    /// Whether somebody holds a cache mount in any way. Under the store's lock, so that the question disturbs nobody who
    /// wants to hold it.
    static func isCacheMountHeld(_ directory: String, in root: FilePath) throws(StoreError) -> Bool {
        let path = lockPath(of: root.appending("mounts").pushing(FilePath(directory)))
        return try storeErrors {
            let storeLock = try FileLock(waitingFor: root.appending("lock"))
            defer { withExtendedLifetime(storeLock) {} }
            return try exists(path) && FileLock.tryLock(path) == nil
        }
    }

    private static func lockPath(of path: FilePath) -> FilePath {
        path.removingLastComponent().appending("\(path.lastComponent?.string ?? "").lock")
    }

    var mountsPath: FilePath { root.appending("mounts") }

    // MARK: Moving directories

    /// Moves the directory of a held place away, such as into a lease's directory, and forgets it. The hold must be an
    /// exclusive one.
    public func takeAway(_ hold: CacheMountHold, to target: FilePath) throws(StoreError) {
        try removeCacheMountRecord(hold.directory)
        try storeErrors { try Self.move(hold.path, to: target) }
    }

    /// Gives a new cache the content that was imported for its id, if there is any.
    ///
    /// - Parameter hold: A place whose directory does not exist.
    /// - Returns: Whether it exists now.
    public func claimImportedCacheMount(id: String, for hold: CacheMountHold) throws(StoreError) -> Bool {
        guard let imported = try cacheMounts().first(where: { $0.id == id && $0.isImported }),
            imported.directory != hold.directory,
            let other = try self.hold(imported, isExclusive: true), other.exists
        else { return hold.exists }
        do throws(FileSystemError) {
            try Self.move(other.path, to: hold.path)
        } catch  where error.code == .fileExists || error.code == .directoryNotEmpty {
            // Another step that shares the new cache was faster; the import waits for the next one.
            return true
        } catch {
            throw StoreError(nil, error)
        }
        try removeCacheMountRecord(imported.directory)
        return true
    }

    /// Puts a directory that lies elsewhere on the store's file system into the held place; false when there is one.
    public func install(_ path: FilePath, at hold: CacheMountHold) throws(StoreError) -> Bool {
        do throws(FileSystemError) {
            try Self.move(path, to: hold.path)
            return true
        } catch  where error.code == .fileExists || error.code == .directoryNotEmpty {
            return false
        } catch {
            throw StoreError(nil, error)
        }
    }

    /// Puts a directory that lies elsewhere on the store's file system into the held place, in one step. The hold must
    /// be an exclusive one; what was there before is at `path` afterwards.
    public func exchange(_ path: FilePath, with hold: CacheMountHold) throws(StoreError) {
        try storeErrors { try Self.move(path, to: hold.path, existing: hold.exists ? .exchange : .refuse) }
    }

    private static func move(
        _ path: FilePath, to target: FilePath, existing: DirectoryHandle.Replacement = .refuse
    ) throws(FileSystemError) {
        func split(_ path: FilePath) throws(FileSystemError) -> (DirectoryHandle, FileName) {
            guard let name = path.lastComponent.flatMap(FileName.init) else {
                throw FileSystemError(.invalidArgument, operation: "move", path: path)
            }
            return (try DirectoryHandle(path.removingLastComponent()), name)
        }
        let (from, name) = try split(path)
        let (to, newName) = try split(target)
        try from.rename(name, to: newName, in: to, existing: existing)
    }

    /// Moves the directory of a cache mount that nobody holds into `bin`, with its lock file.
    ///
    /// - Returns: Whether it was there and free.
    func discardCacheMount(_ directory: String, to bin: FilePath) throws(StoreError) -> Bool {
        let found = try storeErrors {
            let storeLock = try FileLock(waitingFor: root.appending("lock"))
            defer { withExtendedLifetime(storeLock) {} }
            guard let hold = try holdNow(directory: directory, isExclusive: true) else { return false }
            let parent = try DirectoryHandle(hold.path.removingLastComponent())
            defer { withExtendedLifetime(hold) {} }
            let exists = hold.exists
            if exists { try Self.move(hold.path, to: bin) }
            if let lock = Self.lockPath(of: hold.path).lastComponent.flatMap(FileName.init) {
                try parent.removeFile(lock)
            }
            if try parent.isEmpty(), let name = parent.path.lastComponent.flatMap(FileName.init) {
                try DirectoryHandle(mountsPath).removeDirectory(name)
            }
            return exists
        }
        if found { try removeCacheMountRecord(directory) }
        return found
    }
}
