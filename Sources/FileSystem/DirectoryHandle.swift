internal import CFileSystem
public import SystemPackage

/// FileSystem: everything this project does to directories and files, below streams and archives.
///
/// Why not FileManager or joined paths: an image's files are somebody else's. A path such as `rootfs/etc/passwd` may
/// lead through a symbolic link to the host's own. Here a tree is walked by descriptor, one name at a time, and no call
/// follows a symbolic link unless its name says so; a link can therefore never lead outside the directory one holds.
/// It is also several times faster.
///
/// - `DirectoryHandle`: an open directory; look up, list, create, change and remove its entries.
/// - `TreeWalk`: a whole tree, parents first, in a fixed order, however deep; `TreeScan`: the same for names and metadata
///   only, on all processors.
/// - `removeTree`, `AtomicFile`, `FileCopy`: remove, write and copy so that a crash leaves nothing half-done.
/// - `FileStatus`, `FileName`, `Timestamp`, `FileSystemError`: the words the rest speaks.
///
/// This type owns its descriptor and closes it when the last reference goes. It may be shared between tasks: no call
/// keeps a position in it.
public final class DirectoryHandle: Sendable {
    /// The descriptor, close-on-exec; valid while this object lives.
    public let fileDescriptor: FileDescriptor
    /// Where it was opened, for messages and for calls that need a path. The directory may have been renamed since.
    public var path: FilePath { FilePath(bytes: pathBytes) }
    /// Bytes, because making a `FilePath` reads all of it, and a walk opens many directories it never has to name.
    private let pathBytes: [UInt8]
    /// Where the owners of its entries are kept.
    public let owners: OwnerPlace

    @inline(__always) var raw: CInt { fileDescriptor.rawValue }

    /// Opens a directory by path, following symbolic links on the way as any program does.
    public convenience init(_ path: FilePath, owners: OwnerPlace = .ofProcess) throws(FileSystemError) {
        let flags = CFS_OPEN_DIRECTORY.rawValue | CFS_OPEN_FOLLOW.rawValue
        let opened = unsafe path.withPlatformString { unsafe cfs_open(workingDirectory, $0, CInt(flags), 0) }
        self.init(owning: FileDescriptor(rawValue: try checked(opened, "open", path)), path: path, owners: owners)
    }

    /// Takes over a descriptor of a directory.
    public convenience init(owning descriptor: FileDescriptor, path: FilePath, owners: OwnerPlace = .ofProcess) {
        self.init(owning: descriptor, pathBytes: path.bytes, owners: owners)
    }

    private init(owning descriptor: FileDescriptor, pathBytes: [UInt8], owners: OwnerPlace) {
        fileDescriptor = descriptor
        self.pathBytes = pathBytes
        self.owners = owners
    }

    deinit {
        // Nothing was written through a directory's descriptor, so there is no failure to report.
        _ = cfs_close(raw)
    }

    /// Opens the directory `name` in this one. Fails with ENOTDIR for a symbolic link, ELOOP never.
    public func openDirectory(_ name: FileName) throws(FileSystemError) -> DirectoryHandle {
        let opened = unsafe name.withCString { unsafe cfs_open(raw, $0, CInt(CFS_OPEN_DIRECTORY.rawValue), 0) }
        let descriptor = FileDescriptor(rawValue: try checked(opened, "open", pathOf(name)))
        return DirectoryHandle(owning: descriptor, pathBytes: pathBytes(of: name), owners: owners)
    }

    /// Opens the directory that `path` leads to when this one is the root: `..` and absolute links stay inside.
    public func openDirectoryInRoot(_ path: FilePath) throws(FileSystemError) -> DirectoryHandle {
        let flags = CFS_OPEN_DIRECTORY.rawValue | CFS_OPEN_FOLLOW.rawValue
        let inside = self.path.appending(path.components)
        let opened = unsafe path.withPlatformString { unsafe cfs_open_in_root(raw, $0, CInt(flags)) }
        return DirectoryHandle(
            owning: FileDescriptor(rawValue: try checked(opened, "open", inside)), path: inside, owners: owners)
    }

    /// Opens the file that `path` leads to when this directory is the root, for reading; the caller closes it.
    public func openFileInRoot(_ path: FilePath) throws(FileSystemError) -> FileDescriptor {
        let opened = unsafe path.withPlatformString {
            unsafe cfs_open_in_root(raw, $0, CInt(CFS_OPEN_FOLLOW.rawValue))
        }
        return FileDescriptor(rawValue: try checked(opened, "open", self.path.appending(path.components)))
    }

    /// Opens the file at `path` below this directory for reading; any symbolic link on the way is an error (ELOOP), and
    /// so is a path that leads out (EXDEV). The caller closes it.
    public func openFile(beneath path: FilePath) throws(FileSystemError) -> FileDescriptor {
        let opened = unsafe path.withPlatformString { unsafe cfs_open_beneath(raw, $0, CInt(CFS_OPEN_READ.rawValue)) }
        return FileDescriptor(rawValue: try checked(opened, "open", self.path.appending(path.components)))
    }

    /// Opens the directory at some relative path's bytes. No component may be a symbolic link or lead upwards.
    func openDirectory(beneath path: ArraySlice<UInt8>) throws(FileSystemError) -> DirectoryHandle {
        let flags = CInt(CFS_OPEN_DIRECTORY.rawValue)
        let terminated = [CChar](terminating: path)
        let opened = unsafe terminated.withUnsafeBufferPointer { path in
            guard let start = path.baseAddress else { preconditionFailure("a path without a terminator") }
            return unsafe cfs_open_beneath(raw, start, flags)
        }
        let whole = pathBytes + [UInt8(ascii: "/")] + path
        return DirectoryHandle(
            owning: FileDescriptor(rawValue: try checked(opened, "open", FilePath(bytes: whole))), pathBytes: whole,
            owners: owners)
    }

    /// Opens the file `name` for reading, without waiting should it be a fifo. The caller closes it.
    public func openFile(_ name: FileName) throws(FileSystemError) -> FileDescriptor {
        let opened = unsafe name.withCString { unsafe cfs_open(raw, $0, CInt(CFS_OPEN_READ.rawValue), 0) }
        return FileDescriptor(rawValue: try checked(opened, "open", pathOf(name)))
    }

    /// Opens the file `name` for reading, lends it and closes it.
    public func withFile<Result>(
        _ name: FileName, _ body: (FileDescriptor) throws -> Result
    ) throws -> Result {
        let file = try openFile(name)
        defer { file.closeAfterReading() }
        return try body(file)
    }

    /// Creates the regular file `name`, which must not exist, for reading and writing. The caller closes it.
    ///
    /// `mode` is subject to the umask; `setMode` is not.
    public func createFile(_ name: FileName, mode: UInt16 = 0o600) throws(FileSystemError) -> FileDescriptor {
        let flags = CFS_OPEN_READ_WRITE.rawValue | CFS_OPEN_CREATE.rawValue | CFS_OPEN_EXCLUSIVE.rawValue
        let opened = unsafe name.withCString { unsafe cfs_open(raw, $0, CInt(flags), UInt32(mode)) }
        return FileDescriptor(rawValue: try checked(opened, "create", pathOf(name)))
    }

    /// What the entry `name` is, itself, should it be a symbolic link.
    public func status(of name: FileName) throws(FileSystemError) -> FileStatus {
        var status = cfs_status()
        _ = try checked(unsafe name.withCString { unsafe cfs_status_at(raw, $0, 0, &status) }, "read", pathOf(name))
        return try noted(FileStatus(status), name)
    }

    /// What the entry `name` is, or nil when there is none.
    public func statusIfExists(of name: FileName) throws(FileSystemError) -> FileStatus? {
        var status = cfs_status()
        let result = unsafe name.withCString { unsafe cfs_status_at(raw, $0, 0, &status) }
        if result == -Errno.noSuchFileOrDirectory.rawValue { return nil }
        _ = try checked(result, "read", pathOf(name))
        return try noted(FileStatus(status), name)
    }

    private func noted(_ status: FileStatus, _ name: FileName) throws(FileSystemError) -> FileStatus {
        owners == .inode ? status : try status.withNoted(by: extendedAttributes(of: name))
    }

    /// What this directory itself is.
    public func status() throws(FileSystemError) -> FileStatus {
        var status = cfs_status()
        _ = try checked(unsafe cfs_status_of(raw, &status), "read", path)
        return owners == .inode ? FileStatus(status) : try FileStatus(status).withNoted(by: extendedAttributes)
    }

    /// Whether the directory lies on overlayfs, which has no character devices 0:0 and is no upper layer of another.
    public func isOnOverlay() throws(FileSystemError) -> Bool {
        try checked(cfs_is_on_overlay(raw), "find out the file system of", path) != 0
    }

    /// The target of the symbolic link `name`, as it is written in it.
    public func readLink(_ name: FileName) throws(FileSystemError) -> FilePath {
        // Linux limits a target to PATH_MAX, which counts the NUL that readlink does not give.
        let bytes: [CChar] = try unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4097) {
            buffer throws(FileSystemError) in
            guard let start = buffer.baseAddress else { return [] }
            let length = try checked(
                unsafe name.withCString { unsafe cfs_read_link(raw, $0, start, 4096) }, "read the link", pathOf(name))
            unsafe buffer[Int(length)] = 0
            return unsafe Array(buffer[0...Int(length)])
        }
        return unsafe bytes.withUnsafeBufferPointer { unsafe FilePath(cString: $0) }
    }

    /// The path of an entry, for messages.
    public func pathOf(_ name: FileName) -> FilePath {
        FilePath(bytes: pathBytes(of: name))
    }

    private func pathBytes(of name: FileName) -> [UInt8] {
        var bytes = pathBytes
        if bytes.last != UInt8(ascii: "/"), !bytes.isEmpty { bytes.append(UInt8(ascii: "/")) }
        name.append(to: &bytes)
        return bytes
    }
}

/// AT_FDCWD, which Linux defines as -100 on every architecture.
let workingDirectory: CInt = -100

extension FileDescriptor {
    /// Closes a descriptor that was only read from: nothing can be lost, so there is no error to report.
    public func closeAfterReading() { _ = cfs_close(rawValue) }

    /// Has the kernel begin to write a part of a file to the disk, without waiting for it. No more than a hint: what cannot be
    /// written is found out by the sync that must follow.
    public func startWriteback(of range: Range<Int64>) {
        cfs_start_writeback(rawValue, range.lowerBound, range.upperBound - range.lowerBound)
    }

    /// What the open file is.
    public func status(path: FilePath) throws(FileSystemError) -> FileStatus {
        var status = cfs_status()
        _ = try checked(unsafe cfs_status_of(rawValue, &status), "read", path)
        return FileStatus(status)
    }
}
