/// The configuration and the layers of one image for one platform.
///
/// OCI image specification, manifest.md; Docker image manifest version 2, schema 2, which is the same with other media
/// types.
public struct ImageManifest: Hashable, Sendable {
    /// The manifest's own type.
    public var mediaType: MediaType
    /// The image configuration.
    public var configuration: Descriptor
    /// The layers, the lowest first.
    public var layers: [Descriptor]
    /// Free-form notes.
    public var annotations: [String: String]
    /// The type of the artifact when this is no runnable image.
    public var artifactType: MediaType?
    /// The manifest that this one belongs to, such as the image of a signature.
    public var subject: Descriptor?

    /// A manifest of the given parts.
    public init(
        mediaType: MediaType = .ociManifest, configuration: Descriptor, layers: [Descriptor],
        annotations: [String: String] = [:], artifactType: MediaType? = nil, subject: Descriptor? = nil
    ) {
        self.mediaType = mediaType
        self.configuration = configuration
        self.layers = layers
        self.annotations = annotations
        self.artifactType = artifactType
        self.subject = subject
    }

    /// The size of all layers in bytes, as they are stored and sent.
    public var layersSize: Int64 {
        layers.reduce(0) { total, layer in
            total.addingReportingOverflow(layer.size).overflow ? .max : total + layer.size
        }
    }
}

extension ImageManifest {
    /// Reads a manifest. One without a media type of its own, as some old tools write, is taken for OCI's.
    ///
    /// - Throws: `invalidJSON`; `invalidDocument` when the bytes are an index, a manifest of schema version 1 or
    ///   incomplete.
    public init(parsing bytes: [UInt8]) throws(OCIError) {
        let reader = JSONReader(try JSONValue(parsing: bytes), document: "image manifest")
        try reader.checkSchemaVersion()
        mediaType = MediaType(rawValue: try reader.member("mediaType").string() ?? MediaType.ociManifest.rawValue)
        // A document that could be read as both could be judged as one thing and used as the other.
        guard !mediaType.isIndex, try reader.member("manifests").value == nil else {
            throw reader.failure("is an image index")
        }
        let configuration = try reader.member("config")
        self.configuration = try Descriptor(
            JSONReader(
                configuration.required(configuration.value), document: "image manifest", place: "config"))
        layers = []
        for layer in try reader.member("layers").array() { layers.append(try Descriptor(layer)) }
        annotations = try reader.member("annotations").stringMap()
        artifactType = try reader.member("artifactType").string().map(MediaType.init)
        let subject = try reader.member("subject")
        self.subject = subject.value == nil ? nil : try Descriptor(subject)
    }

    /// The manifest as deterministic JSON, indented as BuildKit does it.
    public func encoded() -> [UInt8] {
        var json: JSONValue = [
            "schemaVersion": 2,
            "mediaType": .string(mediaType.rawValue),
            "config": configuration.json,
            "layers": .array(layers.map(\.json)),
        ]
        if !annotations.isEmpty { json["annotations"] = .strings(annotations) }
        if let artifactType { json["artifactType"] = .string(artifactType.rawValue) }
        if let subject { json["subject"] = subject.json }
        return json.encoded(indentation: 2)
    }

    /// What describes this manifest's encoded bytes.
    public func descriptor(platform: Platform? = nil, annotations: [String: String] = [:]) -> Descriptor {
        Descriptor(mediaType: mediaType, content: encoded(), platform: platform, annotations: annotations)
    }
}

extension JSONReader {
    func checkSchemaVersion() throws(OCIError) {
        let version = try member("schemaVersion")
        switch try version.integer() {
        case 2: return
        case 1: throw failure("has schema version 1, which is no longer supported: the image must be pushed again")
        case nil: throw version.failure("is missing")
        default: throw version.failure("is not 2")
        }
    }
}
