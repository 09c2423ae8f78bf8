public import OCI

/// A manifest and its configuration, read and checked: what there is to know about an image before its layers are
/// touched.
public struct ResolvedImage: Hashable, Sendable {
    /// What describes the manifest.
    public var descriptor: Descriptor
    /// The manifest.
    public var manifest: ImageManifest
    /// The configuration.
    public var configuration: ImageConfiguration
    /// The configuration's own bytes, as they were hashed.
    public var configurationBytes: [UInt8]

    /// The layers' descriptors with their DiffIDs, the lowest first.
    public var layers: [(diffID: Digest, descriptor: Descriptor)] {
        zip(configuration.diffIDs, manifest.layers).map { ($0, $1) }
    }

    /// How deep indexes may be nested. The specification allows any depth; nobody uses more than two.
    static let maximumDepth = 4

    /// Goes from a descriptor to the image for a platform, reading the documents by `read`, which verifies them.
    static func resolve(
        _ descriptor: Descriptor, platform: Platform, depth: Int = 0,
        read: (Descriptor) throws(StoreError) -> [UInt8]
    ) throws(StoreError) -> ResolvedImage {
        guard depth < maximumDepth else {
            throw StoreError(.invalidDocument, "the index \(descriptor.digest) is nested too deep")
        }
        let bytes = try read(descriptor)
        guard try isIndex(descriptor, bytes) else {
            return try image(descriptor, manifest: bytes, read: read)
        }
        let index = try storeErrors("the index \(descriptor.digest)") { try ImageIndex(parsing: bytes) }
        if let choice = index.manifest(for: platform) {
            return try resolve(choice, platform: platform, depth: depth + 1, read: read)
        }
        // A nested index often names no platform: its own entries do.
        for nested in index.manifests where nested.mediaType.isIndex {
            do {
                return try resolve(nested, platform: platform, depth: depth + 1, read: read)
            } catch  where error.code == .noSuchPlatform {
                continue
            }
        }
        let offers = index.platforms.map(\.description)
        throw StoreError(
            .noSuchPlatform,
            "the image is not available for \(platform)"
                + (offers.isEmpty ? "" : ", only for \(offers.joined(separator: ", "))"))
    }

    /// Whether a document is an index: by its descriptor, or, where that says nothing, by its own media type.
    static func isIndex(_ descriptor: Descriptor, _ bytes: [UInt8]) throws(StoreError) -> Bool {
        if descriptor.mediaType.isIndex { return true }
        if descriptor.mediaType.isManifest { return false }
        let json = try storeErrors("the document \(descriptor.digest)") { try JSONValue(parsing: bytes) }
        return json["manifests"] != nil
    }

    private static func image(
        _ descriptor: Descriptor, manifest bytes: [UInt8], read: (Descriptor) throws(StoreError) -> [UInt8]
    ) throws(StoreError) -> ResolvedImage {
        let manifest = try storeErrors("the manifest \(descriptor.digest)") { try ImageManifest(parsing: bytes) }
        guard manifest.configuration.mediaType.isConfiguration else {
            throw StoreError(
                .invalidDocument,
                "\(descriptor.digest) is no image: its configuration is \(manifest.configuration.mediaType)")
        }
        let configurationBytes = try read(manifest.configuration)
        let configuration = try storeErrors("the configuration \(manifest.configuration.digest)") {
            try ImageConfiguration(parsing: configurationBytes)
        }
        guard configuration.diffIDs.count == manifest.layers.count else {
            throw StoreError(
                .invalidDocument,
                "the image \(descriptor.digest) has \(manifest.layers.count) layers, but its configuration names "
                    + "\(configuration.diffIDs.count)")
        }
        return ResolvedImage(
            descriptor: descriptor, manifest: manifest, configuration: configuration,
            configurationBytes: configurationBytes)
    }
}
