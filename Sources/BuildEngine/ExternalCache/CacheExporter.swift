import Archive
import ContentStore
import LayerStore
import OCI
import SystemPackage

/// Writes the results of a build's steps for other stores.
///
/// A cache is an image manifest in an OCI layout or a registry: its layers are the steps', its configuration a ``CacheDocument``. What
/// is there already is not written again, and what other builds have put there stays, as with BuildKit: a directory that
/// has grown too large is thrown away as a whole.
struct CacheExporter {
    let assemblers: [ImageAssembler]
    let collector: CacheCollector
    let store: ContentStore
    let layerStore: LayerStore
    let provider: LayerProvider
    let pusher: ImagePusher

    /// Writes all caches that are not in the image.
    ///
    /// - Parameter compression: that of the image which is exported.
    ///
    /// Throws ``BuildError`` of code `exportFailed` where that fails; the cache that was there before is whole then.
    func export(to targets: [CacheTarget], compression: Compression?, _ progress: Progress) async throws {
        for target in targets {
            let (place, settings): (String, CacheSettings)
            switch target {
            case .inline: continue
            case .local(let target): (place, settings) = (target.directory.string, target.settings)
            case .registry(let reference, let given): (place, settings) = (reference.canonicalName, given)
            }
            do {
                try await progress.step("exporting cache to \(place)") {
                    try await export(to: target, settings, compression ?? .gzip(), place)
                }
            } catch let error as BuildError where settings.ignoresErrors {
                progress.warn("CacheExportFailed", "\(error)")
            }
        }
    }

    private func export(
        to target: CacheTarget, _ settings: CacheSettings, _ compression: Compression, _ place: String
    ) async throws {
        do {
            let (manifest, blobs) = try await manifest(settings, settings.compression ?? compression)
            switch target {
            case .inline: break
            case .local(let target):
                let layout = try LayoutDirectory.make(target.directory)
                for blob in blobs { try layout.add(blob, from: store) }
                try layout.name(manifest, target.tag)
                if target.removesOthers { try layout.removeUnreferencedBlobs() }
            case .registry(let reference, _): try await pusher.push(manifest, as: [reference])
            }
        } catch {
            try Task.checkCancellation()
            throw BuildError(.exportFailed, "cannot write the cache \(place)", cause: error)
        }
    }

    /// Puts the cache into the store.
    ///
    /// - Returns: Its manifest, and all of its blobs with that as the last.
    private func manifest(
        _ settings: CacheSettings, _ compression: Compression
    ) async throws -> (manifest: Descriptor, blobs: [Descriptor]) {
        var entries: [CacheEntry] = []
        for assembler in assemblers {
            switch settings.scope {
            case .min: entries += try await collector.result(of: assembler)
            case .max: entries += try await collector.all(of: assembler)
            }
        }
        let (document, diffIDs) = CacheDocument.make(of: entries)
        var layers: [Descriptor] = []
        for diffID in diffIDs { layers.append(try await blob(of: diffID, compression)) }
        let configuration = try store.put(
            document.encoded(blobs: layers.map(\.digest)), mediaType: .buildKitCacheConfiguration)
        let manifest = try store.put(
            ImageManifest(configuration: configuration, layers: layers).encoded(), mediaType: .ociManifest)
        return (manifest, layers + [configuration, manifest])
    }

    /// A blob of a layer, made if there is none of this compression yet.
    private func blob(of diffID: Digest, _ compression: Compression) async throws -> Descriptor {
        let isHere = try layerStore.isUnpacked(diffID) || !store.layerBlobs(diffID).isEmpty
        // A step that gave a layer which a base image has as well need not have left it here.
        if !isHere, let base = await provider.baseDescriptor(of: diffID) {
            try await provider.fetch(diffID)
            return Descriptor(mediaType: base.mediaType.oci, digest: base.digest, size: base.size)
        }
        return try await layerStore.blob(for: diffID, compression: compression)
    }
}
