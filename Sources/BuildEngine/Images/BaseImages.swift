import BuildGraph
import ContentStore
import OCI
import Registry
import Synchronization
import SystemPackage

/// Finds base images: in the local store, in layouts, in registries. No layer is touched until somebody asks for it.
final class BaseImages: ImageResolver {
    private enum Origin {
        case store
        case layout(ImageLayout)
        case registry(ImageReference)
    }

    private let store: ContentStore
    private let registry: RegistryClient
    /// Whether names are asked of registries though the store has them.
    private let asksRegistry: Bool
    /// What names stand for.
    private let rules: SourceRules
    /// The contexts that layouts were given as.
    private let names: [ImageSource: String]
    private let origins = Mutex<[Digest: Origin]>([:])

    init(
        store: ContentStore, registry: RegistryClient, asksRegistry: Bool = false,
        rules: SourceRules = SourceRules(), names: [ImageSource: String] = [:]
    ) {
        self.store = store
        self.registry = registry
        self.asksRegistry = asksRegistry
        self.rules = rules
        self.names = names
    }

    func resolve(_ source: ImageSource, platform: Platform) async throws -> BaseImage {
        switch source {
        case .layout(let path, let tag, let digest):
            let layout = try ImageLayout.open(FilePath(path), store: store)
            let descriptor = try layout.select(digest?.description ?? tag)
            try rules.checkLayout(names[source] ?? path, digest: descriptor.digest)
            let image = try layout.resolve(descriptor, platform: platform)
            return remember(image, .layout(layout), descriptor)
        case .reference(let written):
            let asked = try rules.image(written)
            let image = try await resolve(asked, platform)
            guard let other = try rules.found(image.resolved.digest, for: asked, written: written) else { return image }
            return try await resolve(other, platform)
        }
    }

    /// The manifest and the records of a cache that a registry has under a name; nil where the name means something else.
    func cache(_ reference: ImageReference) async throws -> (manifest: ImageManifest, records: [UInt8])? {
        if try store.image(named: reference) != nil { return nil }
        let (top, _) = try await registry.pullDocuments(reference, into: store)
        guard top.mediaType.isManifest else { return nil }
        let manifest = try store.manifest(top)
        guard manifest.configuration.mediaType == .buildKitCacheConfiguration else { return nil }
        guard manifest.configuration.size <= ContentStore.maximumDocumentSize else {
            throw StoreError(
                .tooLarge, "the records of the cache are larger than \(ContentStore.maximumDocumentSize) bytes")
        }
        try await fetch(manifest.configuration, of: reference)
        return (manifest, try store.document(manifest.configuration))
    }

    /// Brings a blob of a registry into the store.
    func fetch(_ blob: Descriptor, of reference: ImageReference) async throws {
        try await registry.fetchBlob(blob, of: reference, into: store)
    }

    private func resolve(_ reference: ImageReference, _ platform: Platform) async throws -> BaseImage {
        if !asksRegistry, let record = try store.image(named: reference),
            let image = try available(record.descriptor, platform)
        {
            return remember(image, .store, record.descriptor)
        }
        let pulled = try await registry.pull(reference, platform: platform, into: store)
        return remember(pulled.image, .registry(reference), pulled.descriptor)
    }

    /// An image of the store, unless it has it only for other platforms, as after a pull for one.
    private func available(_ descriptor: Descriptor, _ platform: Platform) throws -> ResolvedImage? {
        do {
            return try store.resolve(descriptor, platform: platform)
        } catch let error where [.noSuchPlatform, .missingBlob].contains(error.code) {
            return nil
        }
    }

    private func remember(_ image: ResolvedImage, _ origin: Origin, _ resolved: Descriptor) -> BaseImage {
        origins.withLock { $0[image.descriptor.digest] = origin }
        return BaseImage(
            descriptor: image.descriptor, manifest: image.manifest, configuration: image.configuration,
            resolved: resolved)
    }

    /// Brings a layer of an image that was resolved into the store.
    ///
    /// `progress` is told how many bytes have arrived.
    func fetch(
        _ layer: Descriptor, of image: BaseImage, progress: @escaping @Sendable (Int64) -> Void
    ) async throws {
        switch origins.withLock({ $0[image.descriptor.digest] }) {
        case .layout(let layout): try layout.fetch(layer, into: store)
        case .registry(let reference):
            try await registry.fetchBlob(layer, of: reference, into: store, progress: progress)
        case .store, nil:
            guard store.contains(layer.digest) else {
                throw BuildError(
                    .imageUnavailable, "the layer \(layer.digest) of a base image is missing in the store",
                    help: "load or pull the image again")
            }
        }
    }
}
