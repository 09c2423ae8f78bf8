internal import CFileSystem
public import SystemPackage

extension DirectoryHandle {
    /// Makes the directory `name`, which must not exist. `mode` is subject to the umask; `setMode` is not.
    public func makeDirectory(_ name: FileName, mode: UInt16 = 0o755) throws(FileSystemError) {
        let result = unsafe name.withCString { unsafe cfs_make_directory(raw, $0, UInt32(mode)) }
        _ = try checked(result, "create the directory", pathOf(name))
    }

    /// Opens the directory `name`, making it first if there is none.
    public func makeOrOpenDirectory(_ name: FileName, mode: UInt16 = 0o755) throws(FileSystemError) -> DirectoryHandle {
        let result = unsafe name.withCString { unsafe cfs_make_directory(raw, $0, UInt32(mode)) }
        if result != -Errno.fileExists.rawValue { _ = try checked(result, "create the directory", pathOf(name)) }
        return try openDirectory(name)
    }

    /// Makes the symbolic link `name`, which must not exist.
    public func makeSymbolicLink(_ name: FileName, to target: FilePath) throws(FileSystemError) {
        let result = unsafe target.withPlatformString { target in
            unsafe name.withCString { unsafe cfs_make_link(target, raw, $0) }
        }
        _ = try checked(result, "create the symbolic link", pathOf(name))
    }

    /// Makes `name` a further name of the file `existing` in `directory`, never of what a symbolic link leads to.
    public func makeHardLink(
        _ name: FileName, to existing: FileName, in directory: DirectoryHandle
    ) throws(FileSystemError) {
        let result = unsafe existing.withCString { existing in
            unsafe name.withCString { unsafe cfs_link(directory.raw, existing, raw, $0) }
        }
        _ = try checked(result, "create the hard link", pathOf(name))
    }

    /// Makes a fifo, socket, or device node. `mode` is subject to the umask.
    public func makeNode(
        _ name: FileName, kind: FileKind, mode: UInt16 = 0o600, device: DeviceNumber = .zero
    ) throws(FileSystemError) {
        let result = unsafe name.withCString {
            unsafe cfs_make_node(raw, $0, kind.bits | UInt32(mode), device.major, device.minor)
        }
        _ = try checked(result, "create the special file", pathOf(name))
    }

    /// Removes the entry `name`, which is not a directory.
    public func removeFile(_ name: FileName) throws(FileSystemError) {
        _ = try checked(unsafe name.withCString { unsafe cfs_remove(raw, $0, 0) }, "remove", pathOf(name))
    }

    /// Removes the empty directory `name`.
    public func removeDirectory(_ name: FileName) throws(FileSystemError) {
        _ = try checked(
            unsafe name.withCString { unsafe cfs_remove(raw, $0, 1) }, "remove the directory", pathOf(name))
    }

    /// What happens when the new name of a rename exists already.
    public enum Replacement: Sendable {
        /// It is replaced, if it is a file or an empty directory.
        case replace
        /// The rename fails with EEXIST.
        case refuse
        /// The two change places.
        case exchange
    }

    /// Renames `name` to `newName` in `directory`, which is on the same file system.
    public func rename(
        _ name: FileName, to newName: FileName, in directory: DirectoryHandle, existing: Replacement = .replace
    ) throws(FileSystemError) {
        let how =
            switch existing {
            case .replace: CFS_RENAME_REPLACE
            case .refuse: CFS_RENAME_NO_REPLACE
            case .exchange: CFS_RENAME_EXCHANGE
            }
        let result = unsafe name.withCString { name in
            unsafe newName.withCString { unsafe cfs_rename(raw, name, directory.raw, $0, CInt(how.rawValue)) }
        }
        _ = try checked(result, "rename \(pathOf(name)) to", directory.pathOf(newName))
    }

    /// Sets the owner of `name` itself. Clears setuid and setgid bits, so it comes before `setMode`.
    ///
    /// With owners in attributes, only 0:0 can own what is neither a regular file nor a directory: EOPNOTSUPP.
    public func setOwner(of name: FileName, uid: UInt32, gid: UInt32) throws(FileSystemError) {
        let operation = "change the owner to \(uid):\(gid) of"
        guard owners == .attribute else {
            let result = unsafe name.withCString { unsafe cfs_set_owner(raw, $0, uid, gid) }
            _ = try checked(result, operation, pathOf(name))
            return
        }
        let status = try status(of: name)
        guard status.kind == .regular || status.kind == .directory else {
            if uid == 0, gid == 0 { return }
            throw FileSystemError(.notSupported, operation: operation, path: pathOf(name))
        }
        try changeNote(of: name, status) { $0.setOwner(uid: uid, gid: gid, isDirectory: status.kind == .directory) }
    }

    /// Sets the permission bits (0 to 0o7777) of `name`; fails with EOPNOTSUPP for a symbolic link, which has none.
    public func setMode(of name: FileName, to mode: UInt16) throws(FileSystemError) {
        if owners == .attribute {
            let status = try status(of: name)
            if status.kind == .regular || status.kind == .directory {
                return try changeNote(of: name, status) { $0.mode = mode }
            }
        }
        try setInodeMode(of: name, to: mode)
    }

    private func changeNote(
        of name: FileName, _ status: FileStatus, _ change: (inout OwnerRecord) -> Void
    ) throws(FileSystemError) {
        try extendedAttributes(of: name).changeNote(
            of: status, setInodeMode: { mode throws(FileSystemError) in try setInodeMode(of: name, to: mode) }, change)
    }

    private func setInodeMode(of name: FileName, to mode: UInt16) throws(FileSystemError) {
        let result = unsafe name.withCString { unsafe cfs_set_mode(raw, $0, UInt32(mode)) }
        _ = try checked(result, "change the mode of", pathOf(name))
    }

    /// Sets the modification and access time of `name` itself.
    public func setTimes(of name: FileName, to time: Timestamp) throws(FileSystemError) {
        let result = unsafe name.withCString { unsafe cfs_set_times(raw, $0, time.seconds, time.nanoseconds) }
        _ = try checked(result, "change the time of", pathOf(name))
    }

    /// Sets the owner of this directory.
    public func setOwner(uid: UInt32, gid: UInt32) throws(FileSystemError) {
        if owners == .attribute {
            return try changeNote { $0.setOwner(uid: uid, gid: gid, isDirectory: true) }
        }
        _ = try checked(cfs_set_owner_of(raw, uid, gid), "change the owner to \(uid):\(gid) of", path)
    }

    /// Sets the permission bits (0 to 0o7777) of this directory.
    public func setMode(_ mode: UInt16) throws(FileSystemError) {
        if owners == .attribute { return try changeNote { $0.mode = mode } }
        try setInodeMode(mode)
    }

    private func changeNote(_ change: (inout OwnerRecord) -> Void) throws(FileSystemError) {
        try extendedAttributes.changeNote(
            of: try status(), setInodeMode: { mode throws(FileSystemError) in try setInodeMode(mode) }, change)
    }

    private func setInodeMode(_ mode: UInt16) throws(FileSystemError) {
        _ = try checked(cfs_set_mode_of(raw, UInt32(mode)), "change the mode of", path)
    }

    /// Sets the modification and access time of this directory; the next change inside it sets them anew.
    public func setTimes(_ time: Timestamp) throws(FileSystemError) {
        _ = try checked(cfs_set_times_of(raw, time.seconds, time.nanoseconds), "change the time of", path)
    }

    /// Makes the list of names in this directory survive a power failure (fsync).
    public func synchronize() throws(FileSystemError) {
        _ = try checked(cfs_sync(raw), "synchronize", path)
    }

    /// Makes everything written so far to the whole file system survive a power failure (syncfs).
    public func synchronizeFileSystem() throws(FileSystemError) {
        _ = try checked(cfs_sync_file_system(raw), "synchronize", path)
    }
}
