/// Decides where the members of a compressed tar end: before entries, so that a file which changes is in one member or
/// few, and the members before and after it stay what they were.
///
/// Where a member ends depends on the entries since it began and on nothing else, so that after a change the same places
/// are soon found again: before a large file and after it, else before the first name with a certain hash once a member
/// is large enough. Whatever is no tar is cut after every ``Member/inputCapacity`` bytes.
struct MemberCutter {
    /// A tar consists of blocks of this size.
    static let blockSize = 512

    /// A member is ended by a hash only if it has so many bytes.
    private static let leastSize = 512 << 10
    /// A member with so many bytes is ended by any entry.
    private static let comfortableSize = 896 << 10
    /// A file with so many bytes begins a member, and the entry after it begins another.
    private static let largeFileSize: UInt64 = 512 << 10
    /// One name of so many ends a member.
    private static let hashPeriod: UInt64 = 16

    private var size = 0
    private var followsLargeFile = false

    /// Whether a member ends before `block`, the next block of the tar.
    mutating func cutsBefore(_ block: Span<UInt8>) -> Bool {
        defer { size = (size + Self.blockSize) % Member.inputCapacity }
        guard Self.isHeader(block) else { return false }
        let isLarge = Self.fileSize(block) >= Self.largeFileSize
        let cuts =
            size > 0
            && (isLarge || followsLargeFile || size >= Self.comfortableSize
                || size >= Self.leastSize && Self.nameHash(block) % Self.hashPeriod == 0)
        followsLargeFile = isLarge
        if cuts { size = 0 }
        return cuts
    }

    /// Whether the block has the magic of a ustar header (POSIX pax, "ustar Interchange Format"). That of a tar within a
    /// file has it as well, and is as good a place to cut at.
    private static func isHeader(_ block: Span<UInt8>) -> Bool {
        block[257] == UInt8(ascii: "u") && block[258] == UInt8(ascii: "s") && block[259] == UInt8(ascii: "t")
            && block[260] == UInt8(ascii: "a") && block[261] == UInt8(ascii: "r")
    }

    /// The size field; a number that is not octal is that of a file larger than 8 GiB.
    private static func fileSize(_ block: Span<UInt8>) -> UInt64 {
        if block[124] & 0x80 != 0 { return .max }
        var size: UInt64 = 0
        for index in 124..<136 {
            let digit = block[index]
            guard (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(digit) else { break }
            size = size << 3 | UInt64(digit - UInt8(ascii: "0"))
        }
        return size
    }

    /// FNV-1a of the name, the same on every machine.
    private static func nameHash(_ block: Span<UInt8>) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for index in 0..<100 where block[index] != 0 {
            hash = (hash ^ UInt64(block[index])) &* 0x0000_0100_0000_01b3
        }
        return hash >> 32
    }
}
