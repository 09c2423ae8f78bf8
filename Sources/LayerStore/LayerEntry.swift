public import Archive
public import FileSystem
public import SystemPackage

/// One entry of a layer to be made, and where the bytes of its file come from.
public struct LayerEntry: Sendable {
    /// Where the bytes of a regular file come from.
    public enum Source: Sendable {
        /// From nowhere: anything but a regular file, or an empty one.
        case none
        /// From memory.
        case bytes([UInt8])
        /// From the file at `path` below `directory`, which must be a regular file reached without symbolic links and
        /// must not change while it is being read.
        case file(directory: DirectoryHandle, path: FilePath)
    }

    /// Path, kind, mode, owner, size, time and attributes. The path is relative to the image's root.
    public var entry: TarEntry
    /// The bytes of the file; exactly `entry.size` of them.
    public var source: Source

    /// Makes an entry of a layer.
    public init(_ entry: TarEntry, source: Source = .none) {
        self.entry = entry
        self.source = source
    }
}
