public import FileSystem
internal import Glibc
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
    /// The name of the context.
    public let context: String
    var table: StatTable
    private let began: Timestamp

    /// A file that changed so shortly before the walk began, in nanoseconds, may change again without a difference in
    /// its times, which are as coarse as the kernel's clock (up to 10 ms).
    private static let margin: Int64 = 100_000_000

    init(context: String, table: StatTable, began: Timestamp) {
        self.context = context
        self.table = table
        self.began = began
    }

    /// The number of files known.
    public var count: Int { table.count }

    /// The digest of the file's contents, if the file is the same as when it was recorded.
    public mutating func digest(of path: FilePath, _ status: FileStatus) -> Digest? {
        unsafe Self.withBytes(path) { bytes in
            guard let (entry, offset) = unsafe table.entry(bytes),
                entry == StatTable.Entry(status, isPlain: entry.isPlain)
            else { return nil }
            return table.digest(at: offset)
        }
    }

    /// Whether the file is the same as when it was recorded, without extended attributes. Attributes cannot change without
    /// the change time.
    public func isPlain(_ path: FilePath, _ status: FileStatus) -> Bool {
        unsafe Self.withBytes(path) { bytes in
            unsafe table.entry(bytes)?.entry == StatTable.Entry(status, isPlain: true)
        }
    }

    /// Records the digest of a file whose status was taken before its contents were read. A file that changed only just
    /// now is not recorded, see above; neither is a digest that is no SHA-256.
    ///
    /// - Parameter isPlain: whether it has no extended attributes that an image keeps.
    public mutating func record(_ path: FilePath, _ status: FileStatus, digest: Digest, isPlain: Bool = false) {
        let entry = StatTable.Entry(status, isPlain: isPlain)
        let limit = began.indexed - Self.margin
        guard digest.algorithm == .sha256, entry.modified < limit, entry.changed < limit else { return }
        unsafe Self.withBytes(path) { bytes in unsafe table.set(bytes, entry, digest: digest.bytes) }
    }

    private static func withBytes<Result>(_ path: FilePath, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        unsafe path.withPlatformString { unsafe body(UnsafeRawBufferPointer(start: $0, count: strlen($0))) }
    }
}

extension StatTable.Entry {
    init(_ status: FileStatus, isPlain: Bool) {
        self.init(
            size: status.size, modified: status.mtime.indexed, changed: status.ctime.indexed, inode: status.inode,
            isPlain: isPlain)
    }
}
