internal import FileSystem
internal import Synchronization
internal import SystemPackage

/// A directory `tmp/<random>/` that belongs to a running process.
///
/// The process holds a lock (flock) on the file `lock` in it, which the kernel releases however the process ends. Whoever
/// opens the store removes the directories whose lock is free. Directory and lock are made under the store's own lock,
/// which the sweep needs as well: a directory without lock is therefore never one that is just being made.
final class TemporaryDirectory: Sendable {
    /// The directory's name, unique in the store.
    let name: String
    let path: FilePath
    private let lock: Mutex<FileLock?>

    private static let lockName = "lock"

    /// Makes a directory for this process in the store at `root`.
    init(store root: FilePath) throws(StoreError) {
        var name = String(UInt64.random(in: .min ... .max), radix: 36)
        name += String(UInt64.random(in: .min ... .max), radix: 36)
        let path = root.appending("tmp").appending(name)
        let lock = try storeErrors {
            let storeLock = try FileLock(waitingFor: root.appending("lock"))
            defer { withExtendedLifetime(storeLock) {} }
            _ = try DirectoryHandle.makeTree(path, mode: 0o700)
            return try FileLock(waitingFor: path.appending(Self.lockName))
        }
        self.name = name
        self.path = path
        self.lock = Mutex(lock)
    }

    /// Removes the directory with everything in it.
    func end() throws(StoreError) {
        guard let lock = lock.withLock({ $0.take() }) else { return }
        // The lock is held until all is gone, so that nobody sweeps at the same time.
        defer { withExtendedLifetime(lock) {} }
        try storeErrors { try removeTree(path) }
    }

    /// A path for a new temporary file or directory inside.
    func newPath() -> FilePath { path.appending(String(UInt64.random(in: .min ... .max), radix: 36)) }

    // MARK: Sweeping

    /// What a dead process left behind. Holds the lock, so that only one process removes it.
    struct Remains {
        let name: String
        let path: FilePath
        let lock: FileLock?

        /// Removes everything; the error when that fails.
        func sweep() -> (any Error)? {
            do {
                try removeTree(path)
                return nil
            } catch {
                return error
            }
        }
    }

    /// The directories of dead processes. To be called under the store's lock; the removal itself need not be.
    static func dead(store root: FilePath) throws(FileSystemError) -> [Remains] {
        let directory = root.appending("tmp")
        var result: [Remains] = []
        for entry in try DirectoryHandle(directory).entries() {
            let path = directory.appending(entry.name.component.components)
            guard case .dead(let lock) = try state(of: path) else { continue }
            result.append(Remains(name: entry.name.description, path: path, lock: lock))
        }
        return result
    }

    /// Whether the process that owns the directory called `name` still runs.
    static func isAlive(_ name: String, store root: FilePath) throws(FileSystemError) -> Bool {
        let path = root.appending("tmp").appending(name)
        guard ContentStore.exists(path) else { return false }
        if case .alive = try state(of: path) { return true }
        return false
    }

    private enum State {
        case alive
        /// With the lock, where there is one to be had.
        case dead(FileLock?)
    }

    private static func state(of path: FilePath) throws(FileSystemError) -> State {
        let lockPath = path.appending(lockName)
        // A file, or a directory whose sweep was interrupted after the lock had gone.
        guard ContentStore.exists(lockPath) else { return .dead(nil) }
        do throws(FileSystemError) {
            return try FileLock.tryLock(lockPath).map { .dead($0) } ?? .alive
        } catch  where error.isNotFound {
            // Its owner ended it at this moment.
            return .dead(nil)
        }
    }
}
