import BuildGraph
import ContentStore
import OCI
import SystemPackage

/// Finds the records of a cache behind a `--cache-from`.
struct CacheLoader: Sendable {
    let request: BuildRequest
    let store: ContentStore
    let images: BaseImages

    /// The caches of one source; of an image for several platforms, one for each.
    ///
    /// Throws what tells a user why there is none.
    func load(_ source: CacheSource) async throws -> [ImportedCache] {
        switch source {
        case .directory(let path, let selector): try load(path, selector)
        case .image(let reference): try await load(reference)
        }
    }

    private func load(_ path: FilePath, _ selector: String?) throws -> [ImportedCache] {
        let layout = try ImageLayout.open(directory: path)
        let descriptor = try select(selector, in: layout)
        let document = try layout.blobs.document(descriptor)
        let json = try JSONValue(parsing: document)
        if let manifests = json["manifests"]?.arrayValue {
            let types = manifests.compactMap { $0["mediaType"]?.stringValue }
            guard !types.contains(MediaType.buildKitCacheConfiguration.rawValue) else { throw Self.foreign }
        } else {
            let manifest = try ImageManifest(parsing: document)
            if manifest.configuration.mediaType == .buildKitCacheConfiguration {
                let records = try layout.blobs.document(manifest.configuration)
                return [
                    try cache(manifest, records, name: path.string) { [store] in try layout.fetch($0, into: store) }
                ]
            }
        }
        return try request.targetPlatforms.map { platform in
            let image = try layout.resolve(descriptor, platform: platform)
            return try inline(image.manifest, image.configuration, name: path.string) { [store] blob in
                try layout.fetch(blob, into: store)
            }
        }
    }

    private func select(_ selector: String?, in layout: ImageLayout) throws -> Descriptor {
        let latest = "latest"
        let isNamed = layout.entries.contains { $0.tag == latest || $0.name?.tag == latest }
        // A layout with one image needs no name for it.
        return try layout.select(selector ?? (isNamed || layout.entries.count != 1 ? latest : nil))
    }

    private func cache(
        _ manifest: ImageManifest, _ records: [UInt8], name: String,
        fetch: @escaping @Sendable (Descriptor) async throws -> Void
    ) throws -> ImportedCache {
        if let other = manifest.layers.first(where: { !$0.mediaType.isLayer }) {
            throw StoreError(.invalidDocument, "the cache holds a blob that is no layer, but \(other.mediaType)")
        }
        let document = try CacheDocument(parsing: records, blobCount: manifest.layers.count)
        return ImportedCache(name: name, document: document, blobs: manifest.layers, fetch: fetch)
    }

    private func load(_ reference: ImageReference) async throws -> [ImportedCache] {
        var source = ImageSource.reference(reference)
        let familiar = reference.familiarName
        let name = familiar.hasSuffix(":latest") ? String(familiar.dropLast(":latest".count)) : familiar
        if case .image(let named)? = request.namedContexts[name] {
            source = named
        } else if let (manifest, records) = try await images.cache(reference) {
            let cache = try cache(manifest, records, name: familiar) { [images] in
                try await images.fetch($0, of: reference)
            }
            return [cache]
        }
        var caches: [ImportedCache] = []
        for platform in request.targetPlatforms {
            let image = try await images.resolve(source, platform: platform)
            let cache = try inline(image.manifest, image.configuration, name: familiar) { [images] blob in
                try await images.fetch(blob, of: image) { _ in }
            }
            caches.append(cache)
        }
        return caches
    }

    private func inline(
        _ manifest: ImageManifest, _ configuration: ImageConfiguration, name: String,
        fetch: @escaping @Sendable (Descriptor) async throws -> Void
    ) throws -> ImportedCache {
        guard let json = configuration[extra: InlineCache.key] else {
            guard configuration[extra: InlineCache.buildKitKey] == nil else { throw Self.foreign }
            throw StoreError(.invalidDocument, "the image carries no cache: build it with --cache-to type=inline")
        }
        guard manifest.layers.count == configuration.diffIDs.count else {
            throw StoreError(
                .invalidDocument,
                "the image has \(manifest.layers.count) layers, but its configuration names "
                    + "\(configuration.diffIDs.count)")
        }
        let document = try InlineCache.document(json, diffIDs: configuration.diffIDs)
        return ImportedCache(name: name, document: document, blobs: manifest.layers, fetch: fetch)
    }

    private static let foreign = StoreError(
        .invalidDocument, "it is a cache of BuildKit, whose keys mean nothing here: write one with slipway's --cache-to"
    )
}
