import BuildGraph
import FileSystem
import OCI
import SystemPackage

/// The directories of `RUN --mount=type=cache`, which stay between builds: `mounts/<digest of the id>/<n>/`.
struct CacheMounts {
    let directory: FilePath

    /// A cache directory in use; it is let go of when the last reference goes.
    final class Acquired: Sendable {
        let path: FilePath
        /// Whether it was made just now and may be filled from a seed.
        let isNew: Bool
        private let lock: FileLock

        init(path: FilePath, isNew: Bool, lock: FileLock) {
            self.path = path
            self.isNew = isNew
            self.lock = lock
        }
    }

    /// Finds or makes the directory of a cache. A `locked` one is waited for; a `private` one that is in use is left
    /// alone and another one is made.
    ///
    /// `prepare` fills a new directory before anybody else sees it.
    func acquire(
        id: String, sharing: RunMount.Sharing, isFresh: Bool, mode: UInt16, uid: UInt32, gid: UInt32,
        prepare: (FilePath) async throws -> Void
    ) async throws -> Acquired {
        let top = directory.appending(Digest.sha256(of: id).hex)
        try makeDirectory(top)
        if isFresh, let lock = try FileLock.tryLock(top.appending("0.lock")) {
            // One that another step is using stays.
            try removeTree(top.appending("0"))
            withExtendedLifetime(lock) {}
        }
        var number = 0
        while true {
            let lockPath = top.appending("\(number).lock")
            if let lock = try FileLock.tryLock(lockPath, exclusive: sharing != .shared) {
                let path = top.appending("\(number)")
                return try await open(path, lock, mode, uid, gid, prepare)
            }
            if sharing == .private {
                number += 1
            } else {
                // The kernel tells nobody when a lock is free, and waiting in flock(2) would block a thread that the
                // step which holds the lock may need.
                try await Task.sleep(for: .milliseconds(20))
            }
        }
    }

    private func open(
        _ path: FilePath, _ lock: FileLock, _ mode: UInt16, _ uid: UInt32, _ gid: UInt32,
        _ prepare: (FilePath) async throws -> Void
    ) async throws -> Acquired {
        let parent = try DirectoryHandle(path.removingLastComponent())
        let name = try fileName(path)
        if try parent.statusIfExists(of: name) != nil { return Acquired(path: path, isNew: false, lock: lock) }
        let temporaryPath = path.removingLastComponent().appending("new-\(UInt64.random(in: 0 ... .max))")
        let temporary = try fileName(temporaryPath)
        try parent.makeDirectory(temporary)
        do {
            try await prepare(temporaryPath)
            try parent.setOwner(of: temporary, uid: uid, gid: gid)
            try parent.setMode(of: temporary, to: mode)
            try parent.rename(temporary, to: name, in: parent, existing: .refuse)
        } catch let error as FileSystemError where error.code == .fileExists || error.code == .directoryNotEmpty {
            // Another step that shares the cache was faster.
            try parent.removeTree(temporary)
            return Acquired(path: path, isNew: false, lock: lock)
        } catch {
            try parent.removeTree(temporary)
            throw error
        }
        return Acquired(path: path, isNew: true, lock: lock)
    }

    private func makeDirectory(_ path: FilePath) throws {
        let parent = try DirectoryHandle(path.removingLastComponent())
        _ = try parent.makeOrOpenDirectory(fileName(path), mode: 0o700)
    }

    private func fileName(_ path: FilePath) throws -> FileName {
        guard let last = path.lastComponent, let name = FileName(last) else {
            throw FileSystemError(.invalidArgument, operation: "make the directory", path: path)
        }
        return name
    }
}
