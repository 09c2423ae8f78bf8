/// The kind of a blob, such as `application/vnd.oci.image.manifest.v1+json`.
///
/// OCI image specification, media-types.md; Docker image manifest version 2, schema 2. Unknown types are kept as they
/// are: they only answer no to every question below.
public struct MediaType: Hashable, Sendable, RawRepresentable, Codable, CustomStringConvertible {
    /// The type as it stands in a descriptor.
    public let rawValue: String

    /// Wraps any media type.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// The type as it stands in a descriptor.
    public var description: String { rawValue }

    // MARK: OCI

    /// An image index: a list of manifests, usually one per platform.
    public static let ociIndex = MediaType(rawValue: "application/vnd.oci.image.index.v1+json")
    /// An image manifest.
    public static let ociManifest = MediaType(rawValue: "application/vnd.oci.image.manifest.v1+json")
    /// An image configuration.
    public static let ociConfiguration = MediaType(rawValue: "application/vnd.oci.image.config.v1+json")
    /// An uncompressed layer.
    public static let ociLayer = MediaType(rawValue: "application/vnd.oci.image.layer.v1.tar")
    /// A layer compressed by gzip.
    public static let ociLayerGzip = MediaType(rawValue: "application/vnd.oci.image.layer.v1.tar+gzip")
    /// A layer compressed by zstd.
    public static let ociLayerZstd = MediaType(rawValue: "application/vnd.oci.image.layer.v1.tar+zstd")
    /// The configuration of an artifact that has none: the two bytes `{}`.
    public static let ociEmpty = MediaType(rawValue: "application/vnd.oci.empty.v1+json")

    // MARK: Docker

    /// Docker's name of an image index.
    public static let dockerManifestList = MediaType(
        rawValue: "application/vnd.docker.distribution.manifest.list.v2+json")
    /// Docker's name of an image manifest.
    public static let dockerManifest = MediaType(rawValue: "application/vnd.docker.distribution.manifest.v2+json")
    /// Docker's name of an image configuration.
    public static let dockerConfiguration = MediaType(rawValue: "application/vnd.docker.container.image.v1+json")
    /// Docker's name of an uncompressed layer.
    public static let dockerLayer = MediaType(rawValue: "application/vnd.docker.image.rootfs.diff.tar")
    /// Docker's name of a layer compressed by gzip.
    public static let dockerLayerGzip = MediaType(rawValue: "application/vnd.docker.image.rootfs.diff.tar.gzip")
    /// Docker's name of a layer compressed by zstd.
    public static let dockerLayerZstd = MediaType(rawValue: "application/vnd.docker.image.rootfs.diff.tar.zstd")

    // MARK: Attestations

    /// An in-toto statement, as BuildKit puts provenance and SBOMs into an attestation manifest.
    public static let inToto = MediaType(rawValue: "application/vnd.in-toto+json")
    /// BuildKit's cache manifest configuration.
    public static let buildKitCacheConfiguration = MediaType(rawValue: "application/vnd.buildkit.cacheconfig.v0")

    // MARK: Questions

    /// How the bytes of a layer are compressed.
    public enum LayerCompression: String, Hashable, Sendable {
        case uncompressed
        case gzip
        case zstd
    }

    /// Whether this names an image index, by OCI's name or Docker's.
    public var isIndex: Bool { self == .ociIndex || self == .dockerManifestList }

    /// Whether this names an image manifest, by OCI's name or Docker's.
    public var isManifest: Bool { self == .ociManifest || self == .dockerManifest }

    /// Whether this names an image configuration, by OCI's name or Docker's.
    public var isConfiguration: Bool { self == .ociConfiguration || self == .dockerConfiguration }

    /// Whether this names a file system layer, including the deprecated non-distributable ones.
    public var isLayer: Bool { compression != nil }

    /// The compression that a layer's type promises; nil when this is no layer.
    public var compression: LayerCompression? {
        switch rawValue {
        case Self.ociLayer.rawValue, Self.dockerLayer.rawValue,
            "application/vnd.oci.image.layer.nondistributable.v1.tar":
            .uncompressed
        case Self.ociLayerGzip.rawValue, Self.dockerLayerGzip.rawValue,
            "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip",
            "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip":
            .gzip
        case Self.ociLayerZstd.rawValue, Self.dockerLayerZstd.rawValue,
            "application/vnd.oci.image.layer.nondistributable.v1.tar+zstd":
            .zstd
        default: nil
        }
    }

    /// OCI's name of a layer with this compression.
    public static func ociLayer(_ compression: LayerCompression) -> MediaType {
        switch compression {
        case .uncompressed: .ociLayer
        case .gzip: .ociLayerGzip
        case .zstd: .ociLayerZstd
        }
    }

    /// Docker's name of what this OCI type names; itself when Docker has none.
    public var docker: MediaType {
        switch self {
        case .ociIndex: .dockerManifestList
        case .ociManifest: .dockerManifest
        case .ociConfiguration: .dockerConfiguration
        case .ociLayer: .dockerLayer
        case .ociLayerGzip: .dockerLayerGzip
        case .ociLayerZstd: .dockerLayerZstd
        default: self
        }
    }

    /// OCI's name of what this Docker type names; itself when it is none of Docker's.
    public var oci: MediaType {
        switch self {
        case .dockerManifestList: .ociIndex
        case .dockerManifest: .ociManifest
        case .dockerConfiguration: .ociConfiguration
        case .dockerLayer: .ociLayer
        case .dockerLayerGzip: .ociLayerGzip
        case .dockerLayerZstd: .ociLayerZstd
        default: self
        }
    }
}
