internal import FileSystem
internal import Synchronization
internal import SystemPackage

/// A directory `tmp/<random>/` that belongs to a running process.
///
/// The process holds a lock (flock) on the file `lock` in it, which the kernel releases however the process ends. Whoever
/// opens the store removes the directories whose lock is free. Directory and lock are made under the store's own lock,
/// which the sweep needs as well, and go under it too: a directory without lock is therefore never one that is just
/// being made, or removed by its owner, but what is left of one whose process was killed in the middle of either.
final class TemporaryDirectory: Sendable {
    /// The directory's name, unique in the store.
    let name: String
    let path: FilePath
    private let root: FilePath
    private let lock: Mutex<FileLock?>

    private static let lockName: FileName = "lock"

    /// Makes a directory for this process in the store at `root`.
    init(store root: FilePath) throws(StoreError) {
        let name = Self.newName()
        let path = root.appending("tmp").appending(name)
        let lock = try storeErrors {
            let storeLock = try FileLock(waitingFor: root.appending("lock"))
            defer { withExtendedLifetime(storeLock) {} }
            _ = try DirectoryHandle.makeTree(path, mode: 0o700)
            return try FileLock(waitingFor: Self.lockPath(path))
        }
        self.root = root
        self.name = name
        self.path = path
        self.lock = Mutex(lock)
    }

    /// Digits of base 36, always as many.
    private static let nameLength = 26

    private static func newName() -> String {
        (0..<2).map { _ in
            let digits = String(UInt64.random(in: .min ... .max), radix: 36)
            return String(repeating: "0", count: nameLength / 2 - digits.count) + digits
        }.joined()
    }

    /// Whether a directory can be one of these. Nothing else is ever removed.
    static func isName(_ text: String) -> Bool {
        text.utf8.count == nameLength
            && text.utf8.allSatisfy {
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                    || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
            }
    }

    /// Removes the directory with everything in it.
    func end() throws(StoreError) {
        guard let lock = lock.withLock({ $0.take() }) else { return }
        try storeErrors { try Self.remove(path, lock, store: root) }
    }

    private static func lockPath(_ path: FilePath) -> FilePath { path.appending(lockName.component.components) }

    /// Removes a directory whose lock this process holds, the lock last.
    private static func remove(_ path: FilePath, _ lock: FileLock, store root: FilePath) throws(FileSystemError) {
        defer { withExtendedLifetime(lock) {} }
        let directory = try DirectoryHandle(path)
        for entry in try directory.entries() where entry.name != lockName { try directory.removeTree(entry.name) }
        let storeLock = try FileLock(waitingFor: root.appending("lock"))
        defer { withExtendedLifetime(storeLock) {} }
        try removeTree(path)
    }

    /// A path for a new temporary file or directory inside.
    func newPath() -> FilePath { path.appending(String(UInt64.random(in: .min ... .max), radix: 36)) }

    // MARK: Sweeping

    /// What a dead process left behind. Holds its lock, so that only one process removes it.
    struct Remains {
        let name: String
        fileprivate let path: FilePath
        fileprivate let lock: FileLock

        /// Removes everything; the error when that fails.
        func sweep(store root: FilePath) -> FileSystemError? {
            do throws(FileSystemError) {
                try TemporaryDirectory.remove(path, lock, store: root)
            } catch  where error.isNotFound {
                // The sandbox's launcher outlives a killed process to tidy up after it, and was faster, or is at it: what
                // it leaves, the next process removes.
            } catch {
                return error
            }
            return nil
        }
    }

    /// The directories of dead processes. To be called under the store's lock; their removal need not be.
    static func dead(store root: FilePath) throws(FileSystemError) -> [Remains] {
        let directory = root.appending("tmp")
        var result: [Remains] = []
        for entry in try DirectoryHandle(directory).entries() where isName(entry.name.description) {
            let path = directory.appending(entry.name.component.components)
            switch try state(of: path) {
            case .alive: break
            case .dead(let lock): result.append(Remains(name: entry.name.description, path: path, lock: lock))
            case .unlocked: try removeTree(path)
            }
        }
        return result
    }

    /// Whether the process that owns the directory called `name` still runs. To be called under the store's lock.
    static func isAlive(_ name: String, store root: FilePath) throws(FileSystemError) -> Bool {
        if case .alive = try state(of: root.appending("tmp").appending(name)) { return true }
        return false
    }

    private enum State {
        case alive
        case dead(FileLock)
        case unlocked
    }

    private static func state(of path: FilePath) throws(FileSystemError) -> State {
        guard ContentStore.exists(lockPath(path)) else { return .unlocked }
        do throws(FileSystemError) {
            return try FileLock.tryLock(lockPath(path)).map { .dead($0) } ?? .alive
        } catch  where error.isNotFound {
            // It was removed at this moment.
            return .unlocked
        }
    }
}
