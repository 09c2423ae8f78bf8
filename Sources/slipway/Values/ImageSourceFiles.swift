import ContentStore
import LayerStore
import OCI
import SBOM
import SystemPackage

/// An image that a command reads the files of: one of the store, or one of a layout or archive outside of it.
struct ImageSourceFiles {
    let image: ResolvedImage
    let layers: LayerStore
    let subject: SBOMSubject

    /// Finds the image and sees to it that its layers are unpacked.
    init(_ text: String, platform: Platform, store: ContentStore) async throws {
        layers = LayerStore(store: store)
        let name: String
        if let place = text.removingPrefix("oci-layout://") {
            let (path, selector) = Self.split(place)
            let layout = try ImageLayout.open(FilePath(path), store: store)
            let chosen = try layout.select(selector)
            image = try layout.resolve(chosen, platform: platform)
            for layer in image.manifest.layers { try layout.fetch(layer, into: store) }
            let entry = layout.entries.first { $0.descriptor.digest == chosen.digest }
            name = entry?.name?.familiarName ?? image.descriptor.digest.description
        } else {
            let record = try store.image(matching: text)
            image = try store.resolve(record.descriptor, platform: platform)
            name = record.name?.familiarName ?? image.descriptor.digest.description
        }
        subject = SBOMSubject(
            name: name, digest: image.descriptor.digest, platform: image.configuration.platform,
            created: image.configuration.created, toolVersion: Slipway.version)
        try await Self.unpack(image, into: layers)
    }

    /// `PATH`, `PATH:tag` or `PATH@digest`; a colon with a slash behind it belongs to the path.
    private static func split(_ text: String) -> (path: String, selector: String?) {
        if let at = text.lastIndex(of: "@"), !text[at...].contains("/") {
            return (String(text[..<at]), String(text[text.index(after: at)...]))
        }
        if let colon = text.lastIndex(of: ":"), !text[colon...].contains("/") {
            return (String(text[..<colon]), String(text[text.index(after: colon)...]))
        }
        return (text, nil)
    }

    private static func unpack(_ image: ResolvedImage, into layers: LayerStore) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (diffID, descriptor) in image.layers {
                group.addTask { try await layers.unpack(diffID: diffID, blob: descriptor) }
            }
            try await group.waitForAll()
        }
    }
}
