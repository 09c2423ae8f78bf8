import OCI
import SystemPackage

/// One `--cache-from`.
enum CacheSourceSpecification: Equatable, Sendable {
    /// An image that carries its cache.
    case image(ImageReference)
    /// A directory that `--cache-to` wrote, or a layout with such an image; by tag or digest.
    case directory(FilePath, selector: String?)

    /// Reads the value as docker buildx does: `type=local,src=path`, or names of images, which stand for
    /// `type=registry,ref=name`.
    static func parse(_ text: String) throws(CommandLineError) -> [CacheSourceSpecification] {
        let flag = "--cache-from"
        let fields = try CSVFields.parse(text)
        if !fields.contains(where: { $0.contains("=") }) {
            return try fields.map { field throws(CommandLineError) in .image(try reference(field)) }
        }
        var attributes: [String: String] = [:]
        for (key, value) in try CSVFields.pairs(text, flag: flag) { attributes[key] = value }
        guard let type = attributes.removeValue(forKey: "type") else {
            throw CommandLineError("\(flag): \"\(text)\" has no type", help: "add type=local or type=registry")
        }
        let source: CacheSourceSpecification
        switch type {
        case "local":
            guard let path = attributes.removeValue(forKey: "src"), !path.isEmpty else {
                throw CommandLineError("\(flag): type=local needs src=DIRECTORY")
            }
            source = .directory(FilePath(path), selector: try selector(&attributes))
        case "registry":
            guard let name = attributes.removeValue(forKey: "ref"), !name.isEmpty else {
                throw CommandLineError("\(flag): type=registry needs ref=NAME")
            }
            source = .image(try reference(name))
        default: throw CommandLineError("\(flag): type=\(type) is not supported", help: "use local or registry")
        }
        if let key = attributes.keys.min() {
            throw CommandLineError("\(flag): \(key) is not supported for type=\(type)")
        }
        return [source]
    }

    private static func selector(_ attributes: inout [String: String]) throws(CommandLineError) -> String? {
        let tag = attributes.removeValue(forKey: "tag")
        guard let digest = attributes.removeValue(forKey: "digest"), !digest.isEmpty else {
            guard tag != "" else { throw CommandLineError("--cache-from: tag is empty") }
            return tag
        }
        do { _ = try Digest(parsing: digest) } catch { throw CommandLineError("--cache-from: \(error)") }
        return digest
    }

    private static func reference(_ name: String) throws(CommandLineError) -> ImageReference {
        do { return try ImageReference(parsing: name.trimmingBlanks()) } catch {
            throw CommandLineError("--cache-from: \(error)")
        }
    }
}
