/// A name for an image as people write it: `alpine`, `ghcr.io/owner/app:1.2`, `busybox@sha256:…`.
///
/// The grammar and the normalisation are those of the distribution project's `reference` package, which docker uses:
/// without a registry the name is on `docker.io`, without a further slash there it is below `library/`, and without tag
/// and digest it means the tag `latest`.
public struct ImageReference: Hashable, Sendable {
    /// The host, and port, of the registry: `docker.io`, `localhost:5000`.
    public let registry: String
    /// The repository's path in the registry: `library/alpine`.
    public let repository: String
    /// The tag; nil only when there is a digest.
    public let tag: String?
    /// The digest of the manifest or index, which wins over the tag.
    public let digest: Digest?

    /// Docker Hub, the registry of names that name none.
    public static let defaultRegistry = "docker.io"
    /// The tag of names that have neither tag nor digest.
    public static let defaultTag = "latest"

    /// Reads a reference.
    ///
    /// - Throws: `invalidReference` with what is wrong.
    public init(parsing text: String) throws(OCIError) {
        var parser = ReferenceParser(text: text)
        self = try parser.reference()
    }

    init(registry: String, repository: String, tag: String?, digest: Digest?) {
        self.registry = registry
        self.repository = repository
        self.tag = tag
        self.digest = digest
    }

    /// The same repository with another tag and no digest.
    ///
    /// - Throws: `invalidReference` when `tag` is none.
    public func with(tag: String) throws(OCIError) -> ImageReference {
        guard ReferenceParser.isTag(tag) else {
            throw OCIError(.invalidReference, "invalid tag \(quoted(tag))")
        }
        return ImageReference(registry: registry, repository: repository, tag: tag, digest: nil)
    }

    /// The same repository with a digest; the tag stays as a note.
    public func with(digest: Digest) -> ImageReference {
        ImageReference(registry: registry, repository: repository, tag: tag, digest: digest)
    }

    /// The same repository with a digest alone.
    public func withoutTag(_ digest: Digest) -> ImageReference {
        ImageReference(registry: registry, repository: repository, tag: nil, digest: digest)
    }

    /// Registry and repository, in full: `docker.io/library/alpine`.
    public var canonicalRepository: String { registry + "/" + repository }

    /// Registry and repository, as short as they may be written: `alpine`.
    public var familiarRepository: String {
        guard registry == Self.defaultRegistry else { return canonicalRepository }
        let official = "library/"
        guard repository.hasPrefix(official) else { return repository }
        let name = repository.dropFirst(official.count)
        return name.contains("/") ? repository : String(name)
    }

    /// The whole reference, in full: `docker.io/library/alpine:3.20`. Two references are equal when this is.
    public var canonicalName: String { canonicalRepository + suffix }

    /// The whole reference, as short as it may be written: `alpine:3.20`.
    public var familiarName: String { familiarRepository + suffix }

    private var suffix: String { (tag.map { ":" + $0 } ?? "") + (digest.map { "@" + $0.description } ?? "") }
}

extension ImageReference: CustomStringConvertible {
    /// The familiar name.
    public var description: String { familiarName }
}

extension ImageReference: Comparable {
    /// The order of the canonical names' bytes.
    public static func < (left: ImageReference, right: ImageReference) -> Bool {
        left.canonicalName < right.canonicalName
    }
}
