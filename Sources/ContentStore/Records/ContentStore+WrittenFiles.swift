public import FileSystem
public import OCI
public import SystemPackage

/// What files outside of the store were last written with, so that the same is not written again.
///
/// A file counts as untouched when size, modification time, change time and inode are what they were right after it was
/// written. The change time cannot be set by programs.
extension ContentStore {
    /// How many files are remembered.
    static let maximumWrittenFiles: Int64 = 100

    /// Whether the file at `path`, whose status is `status`, still is what it was when it was written with `content`.
    public func isWritten(_ content: Digest, to path: FilePath, _ status: FileStatus) throws(StoreError) -> Bool {
        guard status.kind == .regular else { return false }
        let rows = try reading { database throws(StoreError) in
            try database.rows(
                """
                SELECT 1 FROM written_files
                WHERE path = ? AND content = ? AND size = ? AND modified = ? AND changed = ? AND inode = ?
                """, [.text(path.string), .text(content.description)] + Self.values(status)
            ) { _ in true }
        }
        return rows?.isEmpty == false
    }

    /// Remembers that the file at `path`, whose status is `status`, was written with `content`.
    ///
    /// Not so as long as the kernel's clock, which gives files their times, shows the time at which it changed: another
    /// change would leave no trace. On a read-only store nothing happens.
    public func recordWritten(_ content: Digest, to path: FilePath, _ status: FileStatus) throws(StoreError) {
        if isReadOnly || status.ctime >= .coarseNow { return }
        try writing(isLosable: true) { database throws(StoreError) in
            try database.run(
                """
                INSERT OR REPLACE INTO written_files (path, content, size, modified, changed, inode, written)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
                [.text(path.string), .text(content.description)] + Self.values(status)
                    + [.integer(Timestamp.now.indexed)])
            try database.run(
                """
                DELETE FROM written_files WHERE path IN
                    (SELECT path FROM written_files ORDER BY written DESC LIMIT -1 OFFSET ?)
                """, [.integer(Self.maximumWrittenFiles)])
        }
    }

    private static func values(_ status: FileStatus) -> [SQLValue] {
        [
            .integer(Int64(bitPattern: status.size)), .integer(status.mtime.indexed), .integer(status.ctime.indexed),
            .integer(Int64(bitPattern: status.inode)),
        ]
    }
}
