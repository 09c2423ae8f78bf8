internal import CFileSystem
public import SystemPackage

/// An advisory lock on a file (flock), held while this object lives and by nobody after the process has gone.
public final class FileLock: Sendable {
    private let file: FileDescriptor

    /// Takes the lock on `path`, creating an empty file if there is none, and waits for whoever holds it.
    public convenience init(waitingFor path: FilePath, exclusive: Bool = true) throws(FileSystemError) {
        let file = try Self.open(path)
        try self.init(file, path: path, exclusive: exclusive, wait: true)
    }

    /// Takes the lock on the directory at `path`, which leaves no file behind, and waits for whoever holds it.
    public convenience init(waitingForDirectory path: FilePath) throws(FileSystemError) {
        let opened = unsafe path.withPlatformString {
            unsafe cfs_open(workingDirectory, $0, CInt(CFS_OPEN_DIRECTORY.rawValue | CFS_OPEN_FOLLOW.rawValue), 0)
        }
        let file = FileDescriptor(rawValue: try checked(opened, "lock", path))
        try self.init(file, path: path, exclusive: true, wait: true)
    }

    /// Takes the lock on `path`, or gives nil when somebody else holds it.
    public static func tryLock(_ path: FilePath, exclusive: Bool = true) throws(FileSystemError) -> FileLock? {
        do {
            return try FileLock(try open(path), path: path, exclusive: exclusive, wait: false)
        } catch let error where error.code == .resourceTemporarilyUnavailable {
            return nil
        }
    }

    private init(_ file: FileDescriptor, path: FilePath, exclusive: Bool, wait: Bool) throws(FileSystemError) {
        self.file = file
        _ = try checked(cfs_lock(file.rawValue, exclusive ? 1 : 0, wait ? 1 : 0), "lock", path)
    }

    /// Whether the file that is locked is still the one at `path`. One that was removed meanwhile can be locked as well,
    /// which keeps out nobody.
    public func holds(_ path: FilePath) throws(FileSystemError) -> Bool {
        let mine = try file.status(path: path)
        let parent = path.removingLastComponent()
        guard let last = path.lastComponent, let name = FileName(last) else { return false }
        let found = try DirectoryHandle(parent.isEmpty ? "." : parent).statusIfExists(of: name)
        return found.map { $0.inode == mine.inode && $0.device == mine.device } ?? false
    }

    private static func open(_ path: FilePath) throws(FileSystemError) -> FileDescriptor {
        let flags = CInt(CFS_OPEN_READ_WRITE.rawValue | CFS_OPEN_CREATE.rawValue)
        let opened = unsafe path.withPlatformString { unsafe cfs_open(workingDirectory, $0, flags, 0o644) }
        return FileDescriptor(rawValue: try checked(opened, "lock", path))
    }

    deinit {
        // Closing the only descriptor of the open file releases the lock.
        _ = cfs_close(file.rawValue)
    }
}
