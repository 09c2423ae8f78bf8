internal import FileSystem
internal import SystemPackage

/// Counts what comes out of one archive, and refuses what is beyond the ``UnpackLimits``, before it is written.
public struct UnpackBudget: Sendable {
    private let limits: UnpackLimits
    private let archiveSize: Int64?
    private var size: Int64 = 0
    private var entries: Int64 = 0

    /// Targets of links and extended attributes of so many bytes count as one more entry, since they are kept in memory. Of
    /// paths it is the square: to go down a long one, and to keep the paths of all directories on it, costs as much.
    private static let bytesOfOneEntry = 256

    /// A budget for one archive.
    ///
    /// - Parameter archiveSize: its size in bytes as it is stored; `nil` where it comes through a pipe.
    public init(_ limits: UnpackLimits, archiveSize: Int64?) {
        self.limits = limits
        self.archiveSize = archiveSize
    }

    /// Takes what an entry needs: of a file the size that it says, holes included.
    ///
    /// - Parameter read: how many bytes of the archive, as it is stored, have been read so far.
    /// - Throws: ``ArchiveError`` with the code `limitExceeded`.
    public mutating func take(_ entry: TarEntry, read: Int64) throws(ArchiveError) {
        let count = archiveSize ?? read
        let greatest = limits.greatestSize(ofArchive: count)
        let (sum, overflows) = size.addingReportingOverflow(max(0, entry.size))
        guard !overflows, sum <= greatest else {
            throw ArchiveError(
                .limitExceeded,
                "\(entry.path) and what comes before it have more than \(ByteText.of(greatest)) in an archive of "
                    + "\(ByteText.of(count)); \(UnpackLimits.sizeAdvice)")
        }
        size = sum
        var extra = entry.xattrs.reduce(0) { $0 + $1.name.utf8.count + $1.value.count }
        switch entry.kind {
        case .symlink(let target), .hardLink(let target): extra += target.length
        default: break
        }
        try take(path: entry.path.length, extra: extra, read: read)
    }

    /// Takes what directories need that no entry stands for, which are made because something lies in them.
    ///
    /// - Parameters:
    ///   - count: how many.
    ///   - bytes: how long the path of each is at most.
    ///   - read: how many bytes of the archive, as it is stored, have been read so far.
    /// - Throws: ``ArchiveError`` with the code `limitExceeded`.
    public mutating func take(directories count: Int, bytes: Int, read: Int64) throws(ArchiveError) {
        for _ in 0..<count { try take(path: bytes, extra: 0, read: read) }
    }

    private mutating func take(path: Int, extra: Int, read: Int64) throws(ArchiveError) {
        let length = Int64(path / Self.bytesOfOneEntry)
        entries += 1 + length * length + Int64(extra / Self.bytesOfOneEntry)
        let greatest = limits.greatestEntryCount(ofArchive: archiveSize ?? read)
        guard entries <= greatest else {
            throw ArchiveError(
                .limitExceeded,
                "there are more than \(greatest) entries (long names and large attributes count as several) in an archive "
                    + "of \(ByteText.of(archiveSize ?? read)); \(UnpackLimits.entriesAdvice)")
        }
    }
}

/// Numbers of bytes in messages.
enum ByteText {
    /// `512 bytes`, `1.5 KiB`, `1 GiB`.
    static func of(_ count: Int64) -> String {
        let units = ["KiB", "MiB", "GiB", "TiB"]
        var (divisor, unit): (Int64, String?) = (1, nil)
        for next in units where count / divisor >= 1024 { (divisor, unit) = (divisor * 1024, next) }
        guard let unit else { return "\(count) bytes" }
        let tenths = count / (divisor / 10 == 0 ? 1 : divisor / 10)
        return tenths % 10 == 0 ? "\(tenths / 10) \(unit)" : "\(tenths / 10).\(tenths % 10) \(unit)"
    }
}
