internal import CFileSystem

/// What stat(2) says about a file, in the units of this project.
public struct FileStatus: Hashable, Sendable {
    /// Regular file, directory and so on.
    public var kind: FileKind
    /// Permission bits with setuid, setgid and sticky: 0 to 0o7777.
    public var mode: UInt16
    /// Owner, as this process sees it: inside a user namespace, the mapped id.
    public var uid: UInt32
    /// Group, as this process sees it.
    public var gid: UInt32
    /// Bytes of a regular file; length of a symbolic link's target.
    public var size: UInt64
    /// When the content last changed.
    public var mtime: Timestamp
    /// When the content or the inode last changed; cannot be set.
    public var ctime: Timestamp
    /// The file system it is on.
    public var device: UInt64
    /// The number of the inode on its file system.
    public var inode: UInt64
    /// How many names the inode has.
    public var linkCount: UInt64
    /// 512-byte blocks really allocated.
    public var blocks: UInt64
    /// Which device a device node stands for; 0:0 for anything else.
    public var specialDevice: DeviceNumber

    /// Makes a status, for files that do not exist on this machine's disks (a tar entry, an empty root).
    public init(
        kind: FileKind, mode: UInt16, uid: UInt32 = 0, gid: UInt32 = 0, size: UInt64 = 0, mtime: Timestamp = .unixEpoch,
        ctime: Timestamp = .unixEpoch, device: UInt64 = 0, inode: UInt64 = 0, linkCount: UInt64 = 1, blocks: UInt64 = 0,
        specialDevice: DeviceNumber = .zero
    ) {
        self.kind = kind
        self.mode = mode
        self.uid = uid
        self.gid = gid
        self.size = size
        self.mtime = mtime
        self.ctime = ctime
        self.device = device
        self.inode = inode
        self.linkCount = linkCount
        self.blocks = blocks
        self.specialDevice = specialDevice
    }

    /// True for the character device 0:0, which hides a name of the lower layers in overlayfs.
    public var isWhiteout: Bool { kind == .characterDevice && specialDevice == .zero }

    init(_ status: cfs_status) {
        self.init(
            // The kernel knows no eighth kind; were one to come, a fifo is what nothing reads from.
            kind: FileKind(letter: cfs_kind(status.mode)) ?? .fifo,
            mode: UInt16(truncatingIfNeeded: status.mode & 0o7777),
            uid: status.uid,
            gid: status.gid,
            size: status.size,
            mtime: Timestamp(seconds: status.modified_seconds, nanoseconds: status.modified_nanoseconds),
            ctime: Timestamp(seconds: status.changed_seconds, nanoseconds: status.changed_nanoseconds),
            device: status.device,
            inode: status.inode,
            linkCount: status.link_count,
            blocks: status.blocks,
            specialDevice: DeviceNumber(
                major: cfs_major(status.special_device), minor: cfs_minor(status.special_device)))
    }
}
