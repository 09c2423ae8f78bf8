import Archive
import OCI
import SystemPackage

/// One `--cache-to`.
enum CacheTargetSpecification: Equatable, Sendable {
    /// In the configuration of the image.
    case inline
    /// In a directory.
    case directory(FilePath, Settings)

    /// How a directory is written.
    struct Settings: Equatable, Sendable {
        var tag = "latest"
        /// `mode=max`: all stages, not only what the image is made of.
        var isComplete = false
        /// That of the exported image if `nil`.
        var compression: Compression?
        var ignoresErrors = false
        /// `reset`: what nothing refers to any more is removed.
        var removesOthers = false
    }

    private static let flag = "--cache-to"

    /// Reads the value as docker buildx does: `type=local,dest=path,mode=max`.
    init(parsing text: String) throws(CommandLineError) {
        let fields = try CSVFields.parse(text)
        if !fields.contains(where: { $0.contains("=") }) { throw Self.registryRefusal }
        var pairs = try CSVFields.pairs(text, flag: Self.flag)
        guard let type = pairs.last(where: { $0.key == "type" })?.value else {
            throw CommandLineError("\(Self.flag): \"\(text)\" has no type", help: "add type=local or type=inline")
        }
        pairs.removeAll { $0.key == "type" }
        switch type {
        case "inline":
            if let other = pairs.first {
                throw CommandLineError("\(Self.flag): \(other.key) is not supported for type=inline")
            }
            self = .inline
        case "local":
            guard let path = pairs.last(where: { $0.key == "dest" })?.value, !path.isEmpty else {
                throw CommandLineError("\(Self.flag): type=local needs dest=DIRECTORY")
            }
            self = .directory(FilePath(path), try Settings(pairs.filter { $0.key != "dest" }))
        case "registry": throw Self.registryRefusal
        default: throw CommandLineError("\(Self.flag): type=\(type) is not supported", help: "use local or inline")
        }
    }

    private static let registryRefusal = CommandLineError(
        "\(flag): writing a cache to a registry is not supported yet", help: "use type=local,dest=DIRECTORY")
}

extension CacheTargetSpecification.Settings {
    fileprivate init(_ pairs: [(key: String, value: String)]) throws(CommandLineError) {
        let flag = "--cache-to"
        var compression = CompressionSettings()
        for (key, value) in pairs {
            switch key {
            case "tag":
                guard !value.isEmpty else { throw CommandLineError("\(flag): tag is empty") }
                tag = value
            case "mode":
                guard ["min", "max"].contains(value) else {
                    throw CommandLineError("\(flag): mode=\(value) is not supported", help: "use min or max")
                }
                isComplete = value == "max"
            case "ignore-error": ignoresErrors = try Self.boolean(key, value)
            case "reset": removesOthers = try Self.boolean(key, value)
            case "oci-mediatypes", "image-manifest":
                guard try Self.boolean(key, value) else {
                    throw CommandLineError("\(flag): a cache is always a manifest with OCI media types")
                }
            case _ where CompressionSettings.keys.contains(key):
                // Forced or not: the layers of base images are no part of a cache.
                try compression.set(key, to: value, flag: flag)
            default: throw CommandLineError("\(flag): \(key) is not supported for type=local")
            }
        }
        self.compression = try compression.compression(flag: flag)
    }

    private static func boolean(_ key: String, _ value: String) throws(CommandLineError) -> Bool {
        guard let result = GoBoolean.parse(value) else {
            throw CommandLineError("--cache-to: \(key)=\(value) is neither true nor false")
        }
        return result
    }
}
