/// What a stream is compressed with, as its first bytes tell.
public enum StreamFormat: Hashable, Sendable, CaseIterable {
    /// Not compressed, or with something unknown.
    case uncompressed
    /// gzip: RFC 1952.
    case gzip
    /// Zstandard: RFC 8878, skippable frames included.
    case zstd
    /// bzip2.
    case bzip2
    /// xz: The .xz File Format 1.2.0.
    case xz

    /// Judges the first bytes of a stream, of which 6 are enough.
    public init(detecting prefix: [UInt8]) {
        self.init(detecting: prefix.span)
    }

    init(detecting prefix: Span<UInt8>) {
        func begins(with magic: [UInt8]) -> Bool {
            prefix.count >= magic.count && magic.indices.allSatisfy { prefix[$0] == magic[$0] }
        }
        if begins(with: [0x1f, 0x8b, 0x08]) {
            self = .gzip
        } else if begins(with: [0x28, 0xb5, 0x2f, 0xfd])
            || prefix.count >= 4 && prefix[0] & 0xf0 == 0x50 && prefix[1] == 0x2a && prefix[2] == 0x4d
                && prefix[3] == 0x18
        {
            self = .zstd
        } else if begins(with: [0x42, 0x5a, 0x68]) {
            self = .bzip2
        } else if begins(with: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]) {
            self = .xz
        } else {
            self = .uncompressed
        }
    }
}
