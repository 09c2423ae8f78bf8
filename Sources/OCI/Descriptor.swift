/// A reference to content: what it is, its digest and its exact size.
///
/// OCI image specification, descriptor.md. This module holds the documents of that specification as value types
/// (`Descriptor`, `ImageManifest`, `ImageIndex`, `ImageConfiguration`), the names people give to images
/// (`ImageReference`, `Platform`) and the JSON they are written in (`JSONValue`). It does no input or output: each
/// document is made from bytes by `init(parsing:)`, which throws an `OCIError` on anything malformed, and turned into the
/// same bytes on every machine by `encoded()`.
public struct Descriptor: Hashable, Sendable {
    /// What the content is.
    public var mediaType: MediaType
    /// The digest of the content.
    public var digest: Digest
    /// The size of the content in bytes; never negative.
    public var size: Int64
    /// The type of the artifact when the content is a manifest of one.
    public var artifactType: MediaType?
    /// The platform that the manifest is for, in an index.
    public var platform: Platform?
    /// Free-form notes.
    public var annotations: [String: String]
    /// Where else the content may be fetched.
    public var urls: [String]

    /// Describes content of a known digest and size.
    public init(
        mediaType: MediaType, digest: Digest, size: Int64, artifactType: MediaType? = nil, platform: Platform? = nil,
        annotations: [String: String] = [:], urls: [String] = []
    ) {
        self.mediaType = mediaType
        self.digest = digest
        self.size = size
        self.artifactType = artifactType
        self.platform = platform
        self.annotations = annotations
        self.urls = urls
    }

    /// Describes `content` itself.
    public init(
        mediaType: MediaType, content: [UInt8], platform: Platform? = nil, annotations: [String: String] = [:]
    ) {
        self.init(
            mediaType: mediaType, digest: .sha256(of: content), size: Int64(content.count), platform: platform,
            annotations: annotations)
    }

    /// Whether this describes an attestation manifest (provenance, SBOM) of BuildKit's kind, which no container can run.
    public var isAttestation: Bool {
        annotations["vnd.docker.reference.type"] != nil
            || (platform?.os == "unknown" && platform?.architecture == "unknown")
    }
}

extension Descriptor {
    /// Reads a descriptor that stands alone, as a cache or an index record keeps it.
    public init(parsing bytes: [UInt8]) throws(OCIError) {
        try self.init(JSONReader(JSONValue(parsing: bytes), document: "descriptor"))
    }

    init(_ reader: JSONReader) throws(OCIError) {
        let digest = try reader.member("digest")
        let size = try reader.member("size")
        self.init(
            mediaType: MediaType(rawValue: try reader.member("mediaType").string() ?? ""),
            digest: try digest.required(digest.digest()),
            size: try size.required(size.integer()),
            artifactType: try reader.member("artifactType").string().map(MediaType.init),
            platform: try Platform(reader.member("platform")),
            annotations: try reader.member("annotations").stringMap(),
            urls: try reader.member("urls").strings())
        guard self.size >= 0 else { throw size.failure("is negative") }
    }

    /// The descriptor as it stands in a document.
    public var json: JSONValue {
        var result: JSONValue = [
            "mediaType": .string(mediaType.rawValue),
            "digest": .string(digest.description),
            "size": .integer(size),
        ]
        if let artifactType { result["artifactType"] = .string(artifactType.rawValue) }
        if let platform { result["platform"] = platform.json }
        if !annotations.isEmpty { result["annotations"] = .strings(annotations) }
        if !urls.isEmpty { result["urls"] = .strings(urls) }
        return result
    }

    /// The descriptor as deterministic JSON.
    public func encoded() -> [UInt8] { json.encoded() }
}
