internal import CFileSystem
public import SystemPackage

/// Files that are there whole or not at all.
public enum AtomicFile {
    /// Writes `bytes` to `path`, replacing what is there, so that whoever looks, after a crash too, sees the old content
    /// or the new: temporary name in the same directory, fsync, rename, fsync of the directory.
    ///
    /// `mode` is set exactly, whatever the umask.
    public static func write(_ bytes: [UInt8], to path: FilePath, mode: UInt16 = 0o644) throws(FileSystemError) {
        guard let last = path.lastComponent, let name = FileName(last) else {
            throw FileSystemError(.invalidArgument, operation: "write", path: path)
        }
        let parent = path.removingLastComponent()
        try write(bytes, to: name, in: try DirectoryHandle(parent.isEmpty ? "." : parent), mode: mode)
    }

    /// The same for the entry `name` of an open directory.
    public static func write(
        _ bytes: [UInt8], to name: FileName, in directory: DirectoryHandle, mode: UInt16 = 0o644
    ) throws(FileSystemError) {
        let (temporary, file) = try create(in: directory)
        do {
            try file.writeAll(bytes, path: directory.pathOf(temporary))
            _ = try checked(cfs_set_mode_of(file.rawValue, UInt32(mode)), "write", directory.pathOf(temporary))
            try file.synchronize(path: directory.pathOf(temporary))
            try directory.rename(temporary, to: name, in: directory)
        } catch {
            file.closeAfterReading()
            try directory.removeTree(temporary)
            throw error
        }
        // After fsync, close has nothing left to report.
        file.closeAfterReading()
        try directory.synchronize()
    }

    /// A new file under a random name that nobody else uses.
    private static func create(in directory: DirectoryHandle) throws(FileSystemError) -> (FileName, FileDescriptor) {
        while true {
            guard let name = FileName(".slipway-\(String(UInt64.random(in: .min ... .max), radix: 36))") else {
                continue
            }
            do {
                return (name, try directory.createFile(name))
            } catch let error where error.code == .fileExists {
                continue
            }
        }
    }
}

extension FileDescriptor {
    /// Writes all of `bytes`. `path` is for the message.
    public func writeAll(_ bytes: [UInt8], path: @autoclosure () -> FilePath) throws(FileSystemError) {
        try unsafe bytes.withUnsafeBufferPointer { buffer throws(FileSystemError) in
            try unsafe writeAll(UnsafeRawBufferPointer(buffer), path: path())
        }
    }

    /// Writes all of `buffer`. `path` is for the message.
    public func writeAll(_ buffer: UnsafeRawBufferPointer, path: @autoclosure () -> FilePath) throws(FileSystemError) {
        var done = 0
        while done < buffer.count, let start = buffer.baseAddress {
            done += Int(try checked(unsafe cfs_write(rawValue, start + done, buffer.count - done), "write", path()))
        }
    }

    /// Waits until what was written is on the disk. `path` is for the message.
    public func synchronize(path: @autoclosure () -> FilePath) throws(FileSystemError) {
        _ = try checked(cfs_sync(rawValue), "write", path())
    }

    /// Reads up to `limit` bytes to the end of the file; a longer file fails with EFBIG. `path` is for the message.
    public func readAll(limit: Int, path: @autoclosure () -> FilePath) throws(FileSystemError) -> [UInt8] {
        var bytes: [UInt8] = []
        while true {
            let chunk = try readChunk(path: path())
            if chunk.isEmpty { return bytes }
            bytes += chunk
            if bytes.count > limit { throw FileSystemError(.fileTooLarge, operation: "read", path: path()) }
        }
    }

    private func readChunk(path: @autoclosure () -> FilePath) throws(FileSystemError) -> [UInt8] {
        var result: Int64 = 0
        let chunk = unsafe [UInt8](unsafeUninitializedCapacity: 64 * 1024) { buffer, count in
            if let start = buffer.baseAddress { unsafe result = cfs_read(rawValue, start, buffer.count) }
            count = max(0, Int(result))
        }
        _ = try checked(result, "read", path())
        return chunk
    }
}
