internal import FileSystem
internal import Glibc
internal import SystemPackage

/// A file of no content whose room is given up when the disk is full.
///
/// Without it a full disk could not be helped: to open the index, to say nothing of removing records, takes some room.
enum Reserve {
    /// As much as the write-ahead log of the index has before SQLite begins to copy it back.
    private static let size: Int64 = 4 << 20

    private static func path(_ root: FilePath) -> FilePath { root.appending("reserve") }

    /// Makes the file where it is missing and there is room for it, and for what the process is about to do.
    static func restore(_ root: FilePath) {
        let path = path(root)
        if ContentStore.exists(path) || !hasRoom(root, for: 2 * UInt64(size)) { return }
        guard
            let file = try? FileDescriptor.open(
                path, .writeOnly, options: [.create, .closeOnExec], permissions: FilePermissions(rawValue: 0o600))
        else { return }
        // Without room, or on a file system that cannot allocate in advance, the store has to do without.
        if posix_fallocate(file.rawValue, 0, off_t(size)) != 0 { _ = giveUp(root) }
        file.closeAfterReading()
    }

    /// As much room as the index's shared memory takes with its files' ends, and then some.
    private static let leastRoom: UInt64 = 512 << 10

    /// Sees to it that there is room for the index's shared memory, before it is opened: where there is none, SQLite writes to
    /// a page in memory for which the disk has no block, and the kernel ends the process with SIGBUS.
    ///
    /// - Throws: `noSpace` where there is nothing to give up.
    static func makeRoom(_ root: FilePath) throws(StoreError) {
        guard !hasRoom(root, for: leastRoom) else { return }
        _ = giveUp(root)
        guard hasRoom(root, for: leastRoom) else {
            throw StoreError(.noSpace, "the disk of the store \(root) is full: the index cannot be opened")
        }
    }

    private static func hasRoom(_ root: FilePath, for room: UInt64) -> Bool {
        var status = statvfs()
        // A file system that does not tell has to be believed.
        guard unsafe root.withPlatformString({ unsafe statvfs($0, &status) }) == 0, status.f_blocks > 0 else {
            return true
        }
        // f_bfree counts what ext4 keeps for itself as well, which not even root gets.
        return UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize)).partialValue >= room
    }

    /// Removes the file.
    ///
    /// - Returns: Whether there was one.
    static func giveUp(_ root: FilePath) -> Bool {
        unsafe path(root).withPlatformString { unsafe unlink($0) == 0 }
    }
}
