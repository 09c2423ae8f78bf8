/// A part of a compressed layer that is compressed by itself, a gzip member or a zstd frame, so that a layer with the same
/// part need not compress it again.
public struct KeptMember: Hashable, Sendable {
    /// A digest of what is compressed and of how.
    public var key: [UInt8]
    /// Where it begins in its blob, in bytes.
    public var offset: Int64
    /// How many bytes it has there.
    public var length: Int

    /// A member of the given parts.
    public init(key: [UInt8], offset: Int64, length: Int) {
        self.key = key
        self.offset = offset
        self.length = length
    }
}
