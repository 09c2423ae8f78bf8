public import OCI

/// The image that a bill of materials is of.
public struct SBOMSubject: Hashable, Sendable {
    /// What people call it: a reference, or its digest.
    public var name: String
    /// The digest of its manifest, or, before there is one, of its configuration.
    public var digest: Digest
    /// What it runs on.
    public var platform: Platform
    /// When it was created, as its configuration says in the form of RFC 3339; 1970 when it does not say. No other time goes into a
    /// bill, so that the same image gives the same bytes.
    public var created: String?
    /// The program and its version that write the bill.
    public var tool: String
    /// The version of that program.
    public var toolVersion: String

    /// Makes a subject.
    public init(
        name: String, digest: Digest, platform: Platform, created: String? = nil, tool: String = "slipway",
        toolVersion: String
    ) {
        self.name = name
        self.digest = digest
        self.platform = platform
        self.created = created
        self.tool = tool
        self.toolVersion = toolVersion
    }

    /// The time in whole seconds and UTC, as both formats want it.
    var time: String {
        let parsed = created.flatMap { RFC3339.parse($0) }
        return RFC3339.string(seconds: parsed?.seconds ?? 0)
    }

    /// The image's package URL.
    var packageURL: PackageURL {
        let reference = try? ImageReference(parsing: name)
        let repository = reference?.canonicalRepository
        return PackageURL(
            "oci", name: repository?.lastPathComponent.lowercased() ?? "image", version: digest.description,
            qualifiers: [
                "arch": platform.architecture, "repository_url": repository, "tag": reference?.tag,
            ])
    }

    /// A UUID that is the same for the same image, tool and `form` (RFC 9562, version 8).
    func uuid(_ form: String) -> String {
        let text = [form, tool, toolVersion, name, digest.description, time].joined(separator: "\0")
        var bytes = Array(Digest.sha256(of: text).bytes.prefix(16))
        bytes[6] = bytes[6] & 0x0f | 0x80
        bytes[8] = bytes[8] & 0x3f | 0x80
        let hex = Digest(algorithm: .sha256, bytes: bytes + bytes)?.hex.prefix(32) ?? ""
        var result = ""
        for (offset, digit) in hex.enumerated() {
            if [8, 12, 16, 20].contains(offset) { result += "-" }
            result.append(digit)
        }
        return result
    }
}
