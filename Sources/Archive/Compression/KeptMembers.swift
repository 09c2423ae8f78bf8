/// Compressed members that were kept, so that what is compressed again need not be.
///
/// A layer of which one file has changed consists of the same members but for the one that holds the file.
public struct KeptMembers: Sendable {
    /// What the input of a member is known by, such as a digest of it. Two inputs must not have the same key.
    public var key: @Sendable (Span<UInt8>) -> [UInt8]
    /// The compressed bytes of the member with a key, if they are kept.
    public var find: @Sendable (_ key: [UInt8]) -> [UInt8]?

    /// Makes a collection of members from its two questions, which any thread may ask.
    public init(
        key: @escaping @Sendable (Span<UInt8>) -> [UInt8], find: @escaping @Sendable (_ key: [UInt8]) -> [UInt8]?
    ) {
        self.key = key
        self.find = find
    }

    /// Smaller members are compressed faster than they are looked up.
    static let leastSize = 64 << 10
}

/// Where a compressed member stands in the stream that a ``Compressor`` wrote.
public struct MemberPlace: Hashable, Sendable {
    /// What its input is known by.
    public var key: [UInt8]
    /// Where it begins, in bytes from the beginning of the stream.
    public var offset: Int64
    /// How many bytes it has.
    public var length: Int
}
