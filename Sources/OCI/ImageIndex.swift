/// A list of manifests, usually the same image for several platforms.
///
/// OCI image specification, image-index.md; Docker's manifest list is the same with another media type. The
/// `index.json` of an image layout is one too.
public struct ImageIndex: Hashable, Sendable {
    /// The index's own type.
    public var mediaType: MediaType
    /// The manifests, or further indexes.
    public var manifests: [Descriptor]
    /// Free-form notes.
    public var annotations: [String: String]
    /// The type of the artifact when this is no runnable image.
    public var artifactType: MediaType?

    /// An index of the given manifests.
    public init(
        mediaType: MediaType = .ociIndex, manifests: [Descriptor], annotations: [String: String] = [:],
        artifactType: MediaType? = nil
    ) {
        self.mediaType = mediaType
        self.manifests = manifests
        self.annotations = annotations
        self.artifactType = artifactType
    }

    /// The manifest that suits a machine of `platform` best, never an attestation. Where there is only one manifest and
    /// it names no platform, it is taken to suit.
    public func manifest(for platform: Platform) -> Descriptor? {
        let images = manifests.filter { !$0.isAttestation }
        if let offset = platform.best(of: images.map(\.platform)) { return images[offset] }
        guard images.count == 1, let only = images.first, only.platform == nil else { return nil }
        return only
    }

    /// The platforms on offer, in the index's order.
    public var platforms: [Platform] { manifests.filter { !$0.isAttestation }.compactMap(\.platform) }
}

extension ImageIndex {
    /// Reads an index. One without a media type of its own is taken for OCI's.
    ///
    /// - Throws: `invalidJSON`; `invalidDocument` when the bytes are a manifest or incomplete.
    public init(parsing bytes: [UInt8]) throws(OCIError) {
        let reader = JSONReader(try JSONValue(parsing: bytes), document: "image index")
        try reader.checkSchemaVersion()
        mediaType = MediaType(rawValue: try reader.member("mediaType").string() ?? MediaType.ociIndex.rawValue)
        guard !mediaType.isManifest, try reader.member("config").value == nil, try reader.member("layers").value == nil
        else { throw reader.failure("is an image manifest") }
        manifests = []
        for manifest in try reader.member("manifests").array() { manifests.append(try Descriptor(manifest)) }
        annotations = try reader.member("annotations").stringMap()
        artifactType = try reader.member("artifactType").string().map(MediaType.init)
    }

    /// The index as deterministic JSON, indented as BuildKit does it.
    public func encoded() -> [UInt8] {
        var json: JSONValue = [
            "schemaVersion": 2,
            "mediaType": .string(mediaType.rawValue),
            "manifests": .array(manifests.map(\.json)),
        ]
        if !annotations.isEmpty { json["annotations"] = .strings(annotations) }
        if let artifactType { json["artifactType"] = .string(artifactType.rawValue) }
        return json.encoded(indentation: 2)
    }
}
