public import FileSystem
public import OCI
public import SystemPackage

/// The digests of a build context's files as of the last walk, so that an unchanged file need not be read.
///
///     var cache = try store.statCache(context: "/home/me/shop")
///     let digest = cache.digest(of: path, status) ?? hash(path)
///     cache.record(path, status, digest: digest)
///     try store.save(cache)
///
/// A file counts as unchanged when size, modification time, change time and inode are what they were. The change time
/// cannot be set by programs, so that a file which was rewritten with its old size and time is noticed.
public struct StatCache: Sendable {
    struct Entry: Hashable, Sendable {
        var size: UInt64
        var modified: Int64
        var changed: Int64
        var inode: UInt64
        var digest: Digest

        init(_ status: FileStatus, digest: Digest) {
            size = status.size
            modified = status.mtime.indexed
            changed = status.ctime.indexed
            inode = status.inode
            self.digest = digest
        }

        init(size: UInt64, modified: Int64, changed: Int64, inode: UInt64, digest: Digest) {
            self.size = size
            self.modified = modified
            self.changed = changed
            self.inode = inode
            self.digest = digest
        }
    }

    /// The name of the context.
    public let context: String
    var entries: [FilePath: Entry]
    /// What the index does not have yet.
    var changes: Set<FilePath> = []
    var seen: Set<FilePath> = []
    private let began: Timestamp

    /// A file that changed so shortly before the walk began, in nanoseconds, may change again without a difference in
    /// its times, which are as coarse as the kernel's clock (up to 10 ms).
    private static let margin: Int64 = 100_000_000

    init(context: String, entries: [FilePath: Entry], began: Timestamp = .now) {
        self.context = context
        self.entries = entries
        self.began = began
    }

    /// The number of files known.
    public var count: Int { entries.count }

    /// The digest of the file's contents, if the file is the same as when it was recorded.
    public mutating func digest(of path: FilePath, _ status: FileStatus) -> Digest? {
        guard let entry = entries[path], entry == Entry(status, digest: entry.digest) else { return nil }
        seen.insert(path)
        return entry.digest
    }

    /// Records the digest of a file whose status was taken before its contents were read. A file that changed only just
    /// now is not recorded, see above.
    public mutating func record(_ path: FilePath, _ status: FileStatus, digest: Digest) {
        let entry = Entry(status, digest: digest)
        let limit = began.indexed - Self.margin
        guard digest.algorithm == .sha256, entry.modified < limit, entry.changed < limit else { return }
        seen.insert(path)
        if entries.updateValue(entry, forKey: path) != entry { changes.insert(path) }
    }
}
