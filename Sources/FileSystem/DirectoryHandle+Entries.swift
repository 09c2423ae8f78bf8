internal import CFileSystem

/// One name in a directory, as the listing itself gives it.
public struct DirectoryEntry: Hashable, Sendable {
    /// The name.
    public var name: FileName
    /// What it is; nil where the file system does not say without a stat.
    public var kind: FileKind?
    /// Its inode; on a mount point, the one underneath.
    public var inode: UInt64
}

extension DirectoryHandle {
    /// The entries but `.` and `..`, in the order of the file system, which is none.
    ///
    /// Lists through a descriptor of its own, so that two tasks may list the same directory.
    public func entries() throws(FileSystemError) -> [DirectoryEntry] {
        let flags = CInt(CFS_OPEN_DIRECTORY.rawValue)
        let listing = try checked(unsafe cfs_open(raw, ".", flags, 0), "list", path)
        defer { _ = cfs_close(listing) }
        return try unsafe withUnsafeTemporaryAllocation(byteCount: 64 * 1024, alignment: 8) {
            buffer throws(FileSystemError) in
            var entries: [DirectoryEntry] = []
            guard let start = buffer.baseAddress else { return entries }
            while true {
                let count = try checked(unsafe cfs_read_directory(listing, start, buffer.count), "list", path)
                if count == 0 { return entries }
                var offset = 0
                while offset < Int(count) {
                    // struct linux_dirent64: inode, offset, length of the record, type, name with its NUL.
                    let record = unsafe start + offset
                    let inode = unsafe record.loadUnaligned(fromByteOffset: 0, as: UInt64.self)
                    let length = unsafe record.loadUnaligned(fromByteOffset: 16, as: UInt16.self)
                    let type = unsafe record.load(fromByteOffset: 18, as: UInt8.self)
                    let name = unsafe FileName(listed: (record + 19).assumingMemoryBound(to: CChar.self))
                    if let name {
                        let kind = FileKind(letter: cfs_entry_kind(type))
                        entries.append(DirectoryEntry(name: name, kind: kind, inode: inode))
                    }
                    offset += Int(length)
                }
            }
        }
    }

    /// The entries sorted by name, as unsigned bytes.
    public func sortedEntries() throws(FileSystemError) -> [DirectoryEntry] {
        try entries().sorted { $0.name < $1.name }
    }

    /// True when the directory has no entry.
    public func isEmpty() throws(FileSystemError) -> Bool {
        try entries().isEmpty
    }
}
