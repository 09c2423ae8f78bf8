internal import FileSystem
internal import Glibc
public import OCI
internal import Synchronization
internal import SystemPackage

/// The right to do a piece of work, such as a step of a build, that nobody else on the store does meanwhile.
///
/// It is a lock (flock) on the file `locks/<key>`, which the kernel lets go of however the process ends. The file goes
/// with the lock: it is removed by who holds it, while it is held. Somebody else may have opened it by then and get the
/// lock of a file that is no more; so whoever has a lock looks whether its file is still the one of that name, and tries
/// again if it is not. Locks of one process keep each other out like those of several.
public final class WorkLock: Sendable {
    private let path: FilePath
    private let lock: Mutex<FileLock?>

    private init(_ lock: FileLock, path: FilePath) {
        self.path = path
        self.lock = Mutex(lock)
    }

    deinit { end() }

    /// Lets go of the lock. To be called once what the work gave can be found.
    public func end() {
        guard let held = lock.withLock({ $0.take() }) else { return }
        // A file that stays is as good as one that is not there.
        _ = unsafe path.withPlatformString { unsafe unlink($0) }
        withExtendedLifetime(held) {}
    }

    static func take(_ path: FilePath) throws(FileSystemError) -> WorkLock? {
        while true {
            guard let lock = try FileLock.tryLock(path) else { return nil }
            if try lock.holds(path) { return WorkLock(lock, path: path) }
        }
    }

    /// Removes the files of processes that were killed. To be called under the store's lock.
    static func sweep(store root: FilePath) throws(FileSystemError) {
        let directory = root.appending("locks")
        for entry in try DirectoryHandle(directory).entries() {
            try take(directory.appending(entry.name.component.components))?.end()
        }
    }
}

extension ContentStore {
    /// Takes the lock of the work that `key` stands for; nil while somebody has it.
    ///
    /// Costs a few system calls; nothing is synced.
    ///
    /// - Throws: `readOnly`, `noSpace`, `inputOutput`.
    public func workLock(for key: Digest) throws(StoreError) -> WorkLock? {
        guard !isReadOnly else { throw readOnlyError }
        return try storeErrors { try WorkLock.take(root.appending("locks").appending(key.hex)) }
    }
}
