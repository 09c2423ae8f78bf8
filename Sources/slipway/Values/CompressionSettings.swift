import Archive

/// `compression`, `compression-level` and `force-compression` of `--output` and `--cache-to`.
struct CompressionSettings: Equatable, Sendable {
    private var name: String?
    private var level: Int?
    /// Whether layers of base images are compressed anew when they are compressed in another way.
    private(set) var isForced = false

    static let keys: Set<String> = ["compression", "compression-level", "force-compression"]

    private static let names = ["uncompressed", "gzip", "zstd"]

    /// Takes one of ``keys``.
    mutating func set(_ key: String, to value: String, flag: String) throws(CommandLineError) {
        switch key {
        case "compression":
            guard Self.names.contains(value) else {
                throw CommandLineError(
                    "\(flag): compression=\(value) is not supported", help: "use uncompressed, gzip or zstd")
            }
            name = value
        case "compression-level":
            guard let number = Int(value) else {
                throw CommandLineError("\(flag): compression-level=\(value) is not a number")
            }
            level = number
        default:
            guard let isForced = GoBoolean.parse(value) else {
                throw CommandLineError("\(flag): \(key)=\(value) is neither true nor false")
            }
            self.isForced = isForced
        }
    }

    /// What they come to; nil where nothing was said.
    func compression(flag: String) throws(CommandLineError) -> Compression? {
        if name == nil, level == nil { return nil }
        let name = self.name ?? "gzip"
        // There is one way not to compress.
        let level = name == "uncompressed" && self.level == 0 ? nil : self.level
        guard let compression = Compression(name: name, level: level) else {
            let range = ["uncompressed": "no level", "zstd": "1 to 22"][name] ?? "0 to 9"
            throw CommandLineError(
                "\(flag): compression-level=\(level ?? 0) is out of range", help: "\(name) takes \(range)")
        }
        return compression
    }
}
