import Archive
import BuildGraph
import ContentStore
import FileSystem
import LayerStore
import OCI

/// Makes the manifest and the configuration of the image that a graph and its layers come to.
struct ImageAssembler {
    let graph: BuildGraph
    let keys: DefinitionKeys
    let layers: [Digest]
    let epoch: Timestamp
    let store: ContentStore
    let layerStore: LayerStore
    let provider: LayerProvider
    /// What the image is to carry of its own cache; nil for none.
    var inlineCache: JSONValue?

    /// How it was built; nil where nobody asks.
    var provenance: ProvenanceRecord?
    /// What else is claimed about the image, such as what is in it.
    var attestations: [Attestation] = []

    /// An image in the store.
    struct Image {
        /// What describes the manifest.
        var descriptor: Descriptor
        /// The digest of the configuration.
        var configuration: Digest
        /// The layers as the manifest names them.
        var layers: [Descriptor]
    }

    /// All that is claimed about the image.
    ///
    /// - Parameter layers: its layers as they are stored; nil where only files are exported.
    func attestations(finished: Timestamp, layers: [Descriptor]?, isInline: Bool) -> [Attestation] {
        guard let provenance, isInline || !provenance.settings.isInlineOnly else { return attestations }
        return attestations + [provenance.attestation(finished: finished, layers: layers)]
    }

    /// Writes the image into the store, with its layers compressed and its documents annotated as asked.
    ///
    /// Layers of base images are taken as they are, unless the export forces a compression. If it is lazy, they stay
    /// where they are and are only described.
    func assemble(_ export: Export, isLazy: Bool) async throws -> Image {
        let platform = graph.configuration.platform
        var descriptors: [Descriptor] = []
        for layer in layers { descriptors.append(try await descriptor(of: layer, export, isLazy: isLazy)) }
        if export.hasDockerMediaTypes { descriptors = try descriptors.map(Self.docker) }
        let configuration = self.configuration.encoded()
        let digest = try store.put(configuration)
        let (type, configurationType): (MediaType, MediaType) =
            export.hasDockerMediaTypes
            ? (.dockerManifest, .dockerConfiguration) : (.ociManifest, .ociConfiguration)
        let manifest = ImageManifest(
            mediaType: type,
            configuration: Descriptor(mediaType: configurationType, digest: digest, size: Int64(configuration.count)),
            layers: descriptors, annotations: export.annotations.values(in: .manifest, for: platform))
        let bytes = manifest.encoded()
        let manifestDigest = try store.put(bytes)
        let image = Descriptor(
            mediaType: type, digest: manifestDigest, size: Int64(bytes.count), platform: platform,
            annotations: export.annotations.values(in: .manifestDescriptor, for: platform))
        return Image(descriptor: image, configuration: digest, layers: descriptors)
    }

    /// A layer under Docker's name of its type.
    private static func docker(_ layer: Descriptor) throws -> Descriptor {
        guard layer.mediaType.compression != .zstd else {
            throw BuildError(
                .exportFailed, "layers compressed by zstd have no media type of Docker's: \(layer.digest)",
                help: "use oci-mediatypes=true, or compression=gzip,force-compression=true")
        }
        var layer = layer
        layer.mediaType = layer.mediaType.docker
        return layer
    }

    private func descriptor(of layer: Digest, _ export: Export, isLazy: Bool) async throws -> Descriptor {
        let compression = export.compression
        if let base = await provider.baseDescriptor(of: layer) {
            let isWanted = base.mediaType.compression?.rawValue == compression.name || !export.forcesCompression
            if isWanted {
                if !isLazy { try await provider.fetch(layer) }
                return Descriptor(mediaType: base.mediaType.oci, digest: base.digest, size: base.size)
            }
            // Its archive is needed, not its files.
            if try !layerStore.isUnpacked(layer) {
                try await provider.fetch(layer)
                try await layerStore.adopt(base, as: layer)
            }
        }
        return try await layerStore.blob(for: layer, compression: compression)
    }

    /// The configuration with what only the end of a build knows.
    var configuration: ImageConfiguration {
        var configuration = graph.configuration
        let created = Epoch.rfc3339(epoch)
        configuration.created = created
        configuration.diffIDs = layers
        let inherited = baseHistory
        let own = configuration.history.dropFirst(inherited.count).map { entry in
            var entry = entry
            entry.created = entry.created ?? created
            return entry
        }
        configuration.history = complete(inherited) + own
        // A base's cache is about steps of the base.
        configuration[extra: InlineCache.buildKitKey] = nil
        configuration[extra: InlineCache.key] = inlineCache
        return configuration
    }

    private var baseHistory: [HistoryEntry] {
        guard case .image(_, let image)? = graph.chain(to: graph.result).first?.kind else { return [] }
        return image.configuration.history
    }

    /// A base may come without a history, or with one that does not fit its layers. Every layer gets an entry.
    private func complete(_ history: [HistoryEntry]) -> [HistoryEntry] {
        guard case .image(_, let image)? = graph.chain(to: graph.result).first?.kind else { return history }
        let count = image.configuration.diffIDs.count
        let named = history.filter { !$0.isEmptyLayer }.count
        guard named != count else { return history }
        return (0..<count).map { _ in HistoryEntry(comment: "layer of the base image") }
            + history.filter(\.isEmptyLayer)
    }
}
