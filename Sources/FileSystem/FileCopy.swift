internal import CFileSystem
public import SystemPackage

/// Copies of file contents, by the cheapest way the kernel offers.
public enum FileCopy {
    /// Makes the empty file `destination` share the blocks of `source` (FICLONE); false when the file system cannot.
    public static func clone(_ source: FileDescriptor, to destination: FileDescriptor) -> Bool {
        cfs_clone(source.rawValue, destination.rawValue) == 0
    }

    /// Copies `size` bytes of `source`, from its start, to the empty file `destination`.
    ///
    /// Tries a reflink (FICLONE, shares the blocks), then copy_file_range, then read and write. Returns the bytes really
    /// copied, fewer than `size` when the source has become shorter. A source that has become longer is cut at `size`.
    /// Paths are for messages. Offsets of both descriptors are used: both must stand at 0.
    public static func contents(
        of source: FileDescriptor, to destination: FileDescriptor, size: UInt64,
        sourcePath: @autoclosure () -> FilePath,
        destinationPath: @autoclosure () -> FilePath
    ) throws(FileSystemError) -> UInt64 {
        if size == 0 { return 0 }
        // A clone takes the whole file as it is now; with another size it is of no use.
        if clone(source, to: destination) {
            let cloned = try destination.status(path: destinationPath()).size
            if cloned <= size { return cloned }
            throw FileSystemError(.fileTooLarge, operation: "copy (it grew meanwhile)", path: sourcePath())
        }
        var copied: UInt64 = 0
        while copied < size {
            let step = Int(min(size - copied, 1 << 30))
            let result = cfs_copy_range(source.rawValue, destination.rawValue, step)
            if result == 0 { return copied }
            if result < 0 {
                switch Errno(rawValue: CInt(-result)) {
                // Other file systems, special file systems such as /proc, kernels and filters without the call.
                case .improperLink, .invalidArgument, .notSupportedOnSocket, .notSupported, .noFunction, .notPermitted,
                    .badFileDescriptor:
                    return try copied
                        + readAndWrite(
                            source, destination, size: size - copied, sourcePath: sourcePath(),
                            destinationPath: destinationPath())
                default:
                    _ = try checked(result, "copy", sourcePath())
                }
            }
            copied += UInt64(result)
        }
        return copied
    }

    private static func readAndWrite(
        _ source: FileDescriptor, _ destination: FileDescriptor, size: UInt64, sourcePath: @autoclosure () -> FilePath,
        destinationPath: @autoclosure () -> FilePath
    ) throws(FileSystemError) -> UInt64 {
        try unsafe withUnsafeTemporaryAllocation(byteCount: 256 * 1024, alignment: 16) {
            buffer throws(FileSystemError) in
            var copied: UInt64 = 0
            while copied < size, let start = buffer.baseAddress {
                let step = Int(min(UInt64(buffer.count), size - copied))
                let count = Int(try checked(unsafe cfs_read(source.rawValue, start, step), "read", sourcePath()))
                if count == 0 { break }
                try unsafe destination.writeAll(
                    UnsafeRawBufferPointer(rebasing: buffer[..<count]), path: destinationPath())
                copied += UInt64(count)
            }
            return copied
        }
    }
}
