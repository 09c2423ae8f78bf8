import Archive
import OCI
import SystemPackage

/// One `--cache-to`.
enum CacheTargetSpecification: Equatable, Sendable {
    /// In the configuration of the image.
    case inline
    /// In a directory.
    case directory(FilePath, Settings)
    /// In a registry.
    case registry(ImageReference, Settings)

    /// How a cache is written.
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

    fileprivate static let flag = "--cache-to"

    /// Reads the value as docker buildx does: `type=local,dest=path,mode=max`.
    init(parsing text: String) throws(CommandLineError) {
        let fields = try CSVFields.parse(text)
        if fields.count == 1, !fields[0].contains("=") {
            self = .registry(try Self.reference(fields[0]), Settings())
            return
        }
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
            self = .directory(FilePath(path), try Settings(pairs.filter { $0.key != "dest" }, type: type))
        case "registry":
            guard let name = pairs.last(where: { $0.key == "ref" })?.value, !name.isEmpty else {
                throw CommandLineError("\(Self.flag): type=registry needs ref=NAME")
            }
            self = .registry(try Self.reference(name), try Settings(pairs.filter { $0.key != "ref" }, type: type))
        default:
            throw CommandLineError(
                "\(Self.flag): type=\(type) is not supported", help: "use registry, local or inline")
        }
    }

    private static func reference(_ name: String) throws(CommandLineError) -> ImageReference {
        let reference: ImageReference
        do { reference = try ImageReference(parsing: name.trimmingBlanks()) } catch {
            throw CommandLineError("\(flag): \(error)")
        }
        guard reference.digest == nil else {
            throw CommandLineError("\(flag): \"\(name)\" has a digest, which cannot be chosen")
        }
        return reference
    }
}

extension CacheTargetSpecification.Settings {
    fileprivate init(_ pairs: [(key: String, value: String)], type: String) throws(CommandLineError) {
        let flag = "--cache-to"
        var compression = CompressionSettings()
        for (key, value) in pairs {
            switch key {
            case "tag" where type == "local":
                guard !value.isEmpty else { throw CommandLineError("\(flag): tag is empty") }
                tag = value
            case "mode":
                guard ["min", "max"].contains(value) else {
                    throw CommandLineError("\(flag): mode=\(value) is not supported", help: "use min or max")
                }
                isComplete = value == "max"
            case "ignore-error": ignoresErrors = try Self.boolean(key, value)
            case "reset" where type == "local": removesOthers = try Self.boolean(key, value)
            case "oci-mediatypes", "image-manifest":
                guard try Self.boolean(key, value) else {
                    throw CommandLineError("\(flag): a cache is always a manifest with OCI media types")
                }
            case _ where CompressionSettings.keys.contains(key):
                // Forced or not: the layers of base images are no part of a cache.
                try compression.set(key, to: value, flag: flag)
            default: throw CommandLineError("\(flag): \(key) is not supported for type=\(type)")
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
