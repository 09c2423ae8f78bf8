internal import CFileSystem
public import SystemPackage

extension FileDescriptor {
    /// Sets the owner and the permission bits (0 to 0o7777) of the open regular file. Clears file capabilities, so it comes
    /// before those.
    public func setOwner(
        uid: UInt32, gid: UInt32, mode: UInt16, owners: OwnerPlace, path: @autoclosure @escaping () -> FilePath
    ) throws(FileSystemError) {
        var inodeMode = mode
        switch owners {
        case .inode:
            // The owner first, for changing it clears setuid bits.
            _ = try checked(cfs_set_owner_of(rawValue, uid, gid), "change the owner to \(uid):\(gid) of", path())
        case .attribute:
            let record = OwnerRecord(uid: uid, gid: gid, mode: mode)
            try ExtendedAttributes(of: self, path: path()).note(record, isDirectory: false)
            inodeMode = record.inodeMode(isDirectory: false)
        }
        _ = try checked(cfs_set_mode_of(rawValue, UInt32(inodeMode)), "change the mode of", path())
    }

    /// Sets the modification and access time of the open file; further writes set them anew.
    public func setTimes(_ time: Timestamp, path: @autoclosure () -> FilePath) throws(FileSystemError) {
        _ = try checked(cfs_set_times_of(rawValue, time.seconds, time.nanoseconds), "change the time of", path())
    }
}
