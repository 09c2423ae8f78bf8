public import OCI
public import SystemPackage

/// Where an image is, or is to be: `docker://registry/app:1`, or without the prefix; `store:app:1`; `oci:directory:tag`;
/// `oci-archive:file:tag`, `docker-archive:file:name`. The prefixes are those of containers-transports(5).
public enum ImageLocation: Hashable, Sendable {
    /// In a registry.
    case registry(ImageReference)
    /// In the local store: a name, or an id to read from.
    case store(String)
    /// In an OCI image layout; the selector is a tag, a name or a digest.
    case layout(FilePath, selector: String?)
    /// In a tar archive of an OCI image layout.
    case ociArchive(FilePath, selector: String?)
    /// In an archive of `docker save`.
    case dockerArchive(FilePath, name: String?)

    /// Reads a location.
    ///
    /// - Throws: `OCIError` for a bad name, or a path that is empty.
    public init(parsing text: String) throws(OCIError) {
        func rest(_ prefix: String) -> Substring? { text.hasPrefix(prefix) ? text.dropFirst(prefix.count) : nil }
        func path(_ rest: Substring) throws(OCIError) -> (path: FilePath, name: String?) {
            // A name may have a colon of its own, a path here has none.
            let colon = rest.firstIndex(of: ":")
            let path = rest[..<(colon ?? rest.endIndex)]
            guard !path.isEmpty else { throw OCIError(.invalidReference, "\"\(text)\" names no file") }
            let name = colon.map { String(rest[rest.index(after: $0)...]) }
            return (FilePath(String(path)), name.flatMap { $0.isEmpty ? nil : $0 })
        }
        if let rest = rest("docker://") {
            self = .registry(try ImageReference(parsing: String(rest)))
        } else if let rest = rest("store:") {
            guard !rest.isEmpty else { throw OCIError(.invalidReference, "\"\(text)\" names no image") }
            self = .store(String(rest))
        } else if let rest = rest("oci:") {
            let (path, name) = try path(rest)
            self = .layout(path, selector: name)
        } else if let rest = rest("oci-archive:") {
            let (path, name) = try path(rest)
            self = .ociArchive(path, selector: name)
        } else if let rest = rest("docker-archive:") {
            let (path, name) = try path(rest)
            self = .dockerArchive(path, name: name)
        } else {
            self = .registry(try ImageReference(parsing: text))
        }
    }
}

extension ImageLocation: CustomStringConvertible {
    /// The location as it is read.
    public var description: String {
        func name(_ name: String?) -> String { name.map { ":" + $0 } ?? "" }
        return switch self {
        case .registry(let reference): reference.familiarName
        case .store(let text): "store:\(text)"
        case .layout(let path, let selector): "oci:\(path)" + name(selector)
        case .ociArchive(let path, let selector): "oci-archive:\(path)" + name(selector)
        case .dockerArchive(let path, let selector): "docker-archive:\(path)" + name(selector)
        }
    }
}
