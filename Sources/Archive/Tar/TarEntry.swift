// The module Archive reads and writes tar archives and compressed streams.
//
// A stream is a chain of stages: `TarWriter` -> `TeeSink` (digest) -> `Compressor` -> `TeeSink` -> `FileSink`, and for
// reading `FileSource` -> `TeeSource` -> `Decompressor` -> `TarReader`. What is written depends on nothing but the
// entries and the options: equal input gives equal bytes, on every machine and with any number of threads. What is read
// is trusted in nothing: every number is checked, every size has a limit, and bad bytes give an `ArchiveError` with the
// place where they stand.

public import FileSystem
public import SystemPackage

/// One entry of a tar archive without its contents.
public struct TarEntry: Hashable, Sendable {
    /// What an entry is.
    public enum Kind: Hashable, Sendable {
        /// A regular file, whose contents follow the entry.
        case file
        /// A directory.
        case directory
        /// A symbolic link with its target, kept as it stands.
        case symlink(FilePath)
        /// A further name of the file which an earlier entry of the same archive has at this path.
        case hardLink(FilePath)
        /// A character device.
        case characterDevice(DeviceNumber)
        /// A block device.
        case blockDevice(DeviceNumber)
        /// A named pipe.
        case fifo
    }

    /// The path relative to the archive's root, without a leading `/` or `./` and without a final `/`; the root
    /// itself is the empty path. Any bytes but NUL may occur.
    public var path: FilePath
    /// What the entry is.
    public var kind: Kind
    /// The permission bits with set-user-ID, set-group-ID and sticky: 0...0o7777.
    public var mode: UInt16
    /// The owner's number.
    public var uid: UInt32
    /// The group's number.
    public var gid: UInt32
    /// The number of bytes of a file's contents; 0 for other kinds.
    public var size: Int64
    /// The time of the last change of the contents.
    public var mtime: Timestamp
    /// The extended attributes. The writer sorts them by name.
    public var xattrs: [ExtendedAttribute]

    /// Makes an entry.
    public init(
        path: FilePath, kind: Kind, mode: UInt16, uid: UInt32 = 0, gid: UInt32 = 0, size: Int64 = 0,
        mtime: Timestamp, xattrs: [ExtendedAttribute] = []
    ) {
        self.path = path
        self.kind = kind
        self.mode = mode
        self.uid = uid
        self.gid = gid
        self.size = size
        self.mtime = mtime
        self.xattrs = xattrs
    }

    /// Whether neither the path nor the target of a hard link has a `..` component.
    ///
    /// Only then do the names, taken literally, stay inside the directory the archive is unpacked to. Symbolic links
    /// which earlier entries made are the unpacker's concern.
    public var isContained: Bool {
        if path.hasParentComponent { return false }
        if case .hardLink(let target) = kind { return !target.hasParentComponent }
        return true
    }

    /// The entry with every `..` resolved lexically, where `..` at the root stays at the root.
    public var clamped: TarEntry {
        var entry = self
        entry.path = path.clampedToRoot
        if case .hardLink(let target) = kind { entry.kind = .hardLink(target.clampedToRoot) }
        return entry
    }
}

extension FilePath {
    fileprivate var hasParentComponent: Bool {
        components.contains { $0.kind == .parentDirectory }
    }

    fileprivate var clampedToRoot: FilePath {
        FilePath(root: "/", components).lexicallyNormalized().removingRoot()
    }
}
