/// How a layer's tar is compressed into its blob.
public enum Compression: Hashable, Sendable {
    /// Not at all.
    case uncompressed
    /// gzip (RFC 1952) of members of at most 1 MiB; levels 0...9 as gzip(1) has them.
    case gzip(level: Int = 4)
    /// Zstandard (RFC 8878) of frames of at most 1 MiB; levels 1...22.
    case zstd(level: Int = 3)

    /// The name without the level, as `docker buildx build --output compression=` has it.
    public var name: String {
        switch self {
        case .uncompressed: "uncompressed"
        case .gzip: "gzip"
        case .zstd: "zstd"
        }
    }

    /// The level, or `nil` when nothing is compressed.
    public var level: Int? {
        switch self {
        case .uncompressed: nil
        case .gzip(let level), .zstd(let level): level
        }
    }
}

extension Compression: LosslessStringConvertible {
    /// A name for use as a key: `uncompressed`, `gzip:4`, `zstd:3`. Equal names and equal inputs give equal bytes.
    public var description: String {
        level.map { "\(name):\($0)" } ?? name
    }

    /// Parses `description`; a missing level means the default. Levels out of range give `nil`.
    public init?(_ description: String) {
        let parts = description.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        var level: Int?
        if parts.count == 2 {
            guard let number = Int(parts[1]) else { return nil }
            level = number
        }
        self.init(name: String(parts[0]), level: level)
    }

    /// Makes a compression from a name and a level as two options of a command line have them.
    ///
    /// - Parameter level: `nil` for the default. Levels out of range, and any level of `uncompressed`, give `nil`.
    public init?(name: String, level: Int?) {
        switch (name, level) {
        case ("uncompressed", nil): self = .uncompressed
        case ("gzip", nil): self = .gzip()
        case ("gzip", .some(let level)) where (0...9).contains(level): self = .gzip(level: level)
        case ("zstd", nil): self = .zstd()
        case ("zstd", .some(let level)) where (1...22).contains(level): self = .zstd(level: level)
        default: return nil
        }
    }
}
