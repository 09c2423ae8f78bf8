internal import CFileSystem
public import SystemPackage

extension FileDescriptor {
    /// Sets the owner of the open file. Clears setuid and setgid bits and file capabilities, so it comes before those.
    public func setOwner(uid: UInt32, gid: UInt32, path: @autoclosure () -> FilePath) throws(FileSystemError) {
        _ = try checked(cfs_set_owner_of(rawValue, uid, gid), "change the owner to \(uid):\(gid) of", path())
    }

    /// Sets the permission bits (0 to 0o7777) of the open file.
    public func setMode(_ mode: UInt16, path: @autoclosure () -> FilePath) throws(FileSystemError) {
        _ = try checked(cfs_set_mode_of(rawValue, UInt32(mode)), "change the mode of", path())
    }

    /// Sets the modification and access time of the open file; further writes set them anew.
    public func setTimes(_ time: Timestamp, path: @autoclosure () -> FilePath) throws(FileSystemError) {
        _ = try checked(cfs_set_times_of(rawValue, time.seconds, time.nanoseconds), "change the time of", path())
    }
}
