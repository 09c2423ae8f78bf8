/// How much may come out of an archive that somebody else made: so much that no honest one is refused, and so little that
/// a hostile one fills neither the disk nor the memory. Decides; ``UnpackBudget`` counts.
///
/// Where the user has given no number, the archive's own size decides, because it is what its maker had to send: 1 GiB or
/// 100 times its size may come out of it, whichever is more, and 100,000 entries or one for each 8 bytes of it.
public struct UnpackLimits: Hashable, Sendable {
    /// The greatest number of bytes, of an archive's own and of all files in it; `nil` leaves it to the archive's size.
    public var size: Int64?
    /// The greatest number of entries; `nil` leaves it to the archive's size.
    public var entries: Int64?

    /// So many bytes may come out of any archive: 1 GiB.
    public static let freeSize: Int64 = 1 << 30
    /// Out of a large one so many times its size. Programs and text are compressed to a half or a tenth.
    public static let ratio: Int64 = 100
    /// But never more than 1 TiB.
    public static let ceiling: Int64 = 1 << 40
    /// So many entries may be in any archive.
    public static let freeEntries: Int64 = 100_000
    /// In a large one, one for so many bytes of it. Empty files whose names count up take 7 of them with gzip.
    public static let bytesPerEntry: Int64 = 8

    /// What to do about too many bytes.
    public static let sizeAdvice =
        "if that is meant to be, raise the limit with --max-layer-size or SLIPWAY_MAX_LAYER_SIZE"
    /// What to do about too many entries.
    public static let entriesAdvice =
        "if that is meant to be, raise the limit with --max-layer-entries or SLIPWAY_MAX_LAYER_ENTRIES"

    /// Makes limits; without numbers, the ordinary ones.
    public init(size: Int64? = nil, entries: Int64? = nil) {
        self.size = size
        self.entries = entries
    }

    /// The most bytes that may come out of an archive of `count` bytes.
    public func greatestSize(ofArchive count: Int64) -> Int64 {
        if let size { return size }
        let (product, overflows) = max(0, count).multipliedReportingOverflow(by: Self.ratio)
        return min(Self.ceiling, overflows ? Self.ceiling : max(Self.freeSize, product))
    }

    /// The most entries that may be in an archive of `count` bytes.
    public func greatestEntryCount(ofArchive count: Int64) -> Int64 {
        entries ?? max(Self.freeEntries, count / Self.bytesPerEntry)
    }

    /// The same for decompressing alone.
    ///
    /// - Parameter count: the size of the compressed archive in bytes; `nil` where it comes through a pipe, so that what
    ///   has been read of it so far must do.
    public func decompression(ofArchive count: Int64?) -> Decompressor.Limits {
        var limits = Decompressor.Limits(advice: Self.sizeAdvice)
        if let count = size == nil ? count : 0 {
            limits.greatestSize = greatestSize(ofArchive: count)
        } else {
            limits.greatestSize = Self.ceiling
            limits.greatestRatio = Self.ratio
            limits.freeSize = Self.freeSize
        }
        return limits
    }
}
