public import OCI

/// Where a base image comes from.
public enum ImageSource: Hashable, Sendable {
    /// The local store or, failing that, a registry.
    case reference(ImageReference)
    /// An OCI image layout in a directory, from which one image is taken by tag or digest, or the only one it has.
    case layout(path: String, tag: String?, digest: Digest?)
}

/// An image as far as planning needs it.
public struct BaseImage: Sendable {
    /// What the name stood for: the descriptor of an index, or of the manifest itself.
    public var resolved: Descriptor
    /// The descriptor of its manifest.
    public var descriptor: Descriptor
    /// What the descriptor describes.
    public var manifest: ImageManifest
    /// What the manifest names as its configuration.
    public var configuration: ImageConfiguration

    /// An image of the given parts. Without `resolved` the name stood for the manifest.
    public init(
        descriptor: Descriptor, manifest: ImageManifest, configuration: ImageConfiguration,
        resolved: Descriptor? = nil
    ) {
        self.resolved = resolved ?? descriptor
        self.descriptor = descriptor
        self.manifest = manifest
        self.configuration = configuration
    }
}

/// Finds base images. The engine does it from the store, layouts and registries; tests from a table.
public protocol ImageResolver: Sendable {
    /// The image for a platform.
    ///
    /// Throws what tells a user why the image cannot be had.
    func resolve(_ source: ImageSource, platform: Platform) async throws -> BaseImage
}
