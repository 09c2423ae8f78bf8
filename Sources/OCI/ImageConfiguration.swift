/// What an image is made of and how it is to be run.
///
/// OCI image specification, config.md. A view on the JSON: what this program does not know, such as Docker's extras or the
/// members of a later specification, survives being read and written.
public struct ImageConfiguration: Hashable, Sendable {
    /// All top-level members but `config` and `history`, and of `rootfs` what is not kept in `diffIDs`, so that equal
    /// images have equal members.
    private var members: JSONValue

    /// How a container is to be run.
    public var container: ContainerConfiguration

    /// The DiffIDs of the layers, the lowest first: digests of the uncompressed tar archives.
    public var diffIDs: [Digest]

    /// What each instruction did, the first one first.
    public var history: [HistoryEntry]

    /// The configuration of an image without layers.
    public init(platform: Platform) {
        members = [:]
        container = ContainerConfiguration()
        diffIDs = []
        history = []
        self.platform = platform
    }

    /// Reads a configuration.
    ///
    /// - Throws: `invalidJSON`; `invalidDocument` when a member that this type knows is of another type than it should
    ///   be.
    public init(parsing bytes: [UInt8]) throws(OCIError) {
        let reader = JSONReader(try JSONValue(parsing: bytes), document: "image configuration")
        for key in ["created", "author", "architecture", "os", "variant", "os.version"] {
            _ = try reader.member(key).string()
        }
        _ = try reader.member("os.features").strings()
        members = .object(try reader.object())
        container = try ContainerConfiguration(reader.member("config"))
        diffIDs = []
        for element in try reader.member("rootfs").member("diff_ids").array() {
            diffIDs.append(try element.required(element.digest()))
        }
        history = []
        for element in try reader.member("history").array() { history.append(try HistoryEntry(element)) }
        members["config"] = nil
        members["history"] = nil
        members["rootfs"]?["type"] = nil
        members["rootfs"]?["diff_ids"] = nil
        if members["rootfs"]?.objectValue?.isEmpty != false { members["rootfs"] = nil }
    }

    /// The configuration as a tree, with all unknown members.
    public var json: JSONValue {
        var result = members
        result["config"] = container.json
        var rootfs = members["rootfs"] ?? [:]
        rootfs["type"] = "layers"
        rootfs["diff_ids"] = .strings(diffIDs.map(\.description))
        result["rootfs"] = rootfs
        result["history"] = history.isEmpty ? nil : .array(history.map(\.json))
        return result
    }

    /// The configuration as deterministic JSON.
    public func encoded() -> [UInt8] { json.encoded() }

    private subscript(text key: String) -> String? {
        get { members[key]?.stringValue }
        set { members[key] = newValue.map { .string($0) } }
    }

    /// When the image was made, as RFC 3339.
    public var created: String? {
        get { self[text: "created"] }
        set { self[text: "created"] = newValue }
    }

    /// Who made the image.
    public var author: String? {
        get { self[text: "author"] }
        set { self[text: "author"] = newValue }
    }

    /// What the image runs on. An image that names no platform is taken for the host's, as docker does.
    public var platform: Platform {
        get {
            Platform(
                os: self[text: "os"] ?? Platform.host.os,
                architecture: self[text: "architecture"] ?? Platform.host.architecture,
                variant: self[text: "variant"], osVersion: self[text: "os.version"],
                osFeatures: members["os.features"]?.arrayValue?.compactMap(\.stringValue) ?? [])
        }
        set {
            self[text: "os"] = newValue.os
            self[text: "architecture"] = newValue.architecture
            self[text: "variant"] = newValue.variant
            self[text: "os.version"] = newValue.osVersion
            members["os.features"] = newValue.osFeatures.isEmpty ? nil : .strings(newValue.osFeatures)
        }
    }

    /// A top-level member that this type has no accessor for, such as `moby.buildkit.cache.v0`.
    public subscript(extra key: String) -> JSONValue? {
        get { members[key] }
        set { members[key] = newValue }
    }
}
