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

    /// Makes the file where it is missing and there is room for it.
    static func restore(_ root: FilePath) {
        let path = path(root)
        if ContentStore.exists(path) { return }
        guard
            let file = try? FileDescriptor.open(
                path, .writeOnly, options: [.create, .closeOnExec], permissions: FilePermissions(rawValue: 0o600))
        else { return }
        // Without room, or on a file system that cannot allocate in advance, the store has to do without.
        if posix_fallocate(file.rawValue, 0, off_t(size)) != 0 { _ = giveUp(root) }
        file.closeAfterReading()
    }

    /// Removes the file.
    ///
    /// - Returns: Whether there was one.
    static func giveUp(_ root: FilePath) -> Bool {
        unsafe path(root).withPlatformString { unsafe unlink($0) == 0 }
    }
}
