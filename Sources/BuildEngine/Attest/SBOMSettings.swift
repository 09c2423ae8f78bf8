/// What `--sbom` asks for: a list of the packages in the image, as an attestation of it.
public struct SBOMSettings: Sendable, Hashable {
    /// The form of a bill of materials.
    public enum Format: String, Sendable, Hashable, CaseIterable {
        /// SPDX 2.3, which BuildKit's scanner gives.
        case spdx
        /// CycloneDX 1.6.
        case cycloneDX = "cyclonedx"
    }

    /// One attestation for each.
    public var formats: [Format]
    /// The version of the program, which the bills name as their tool.
    public var toolVersion: String

    /// Settings of the given parts.
    public init(formats: [Format] = [.spdx], toolVersion: String) {
        self.formats = formats
        self.toolVersion = toolVersion
    }
}
