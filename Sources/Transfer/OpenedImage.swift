internal import ContentStore
internal import HTTP
internal import OCI
internal import Registry
internal import SystemPackage

/// An image of which the documents can be read.
struct OpenedImage: Sendable {
    /// Where what the store has not can be had.
    enum Origin: Sendable {
        case store
        case registry(ImageReference)
        case layout(ImageLayout)
    }

    var descriptor: Descriptor
    var origin: Origin
    /// What the name means, where the image is one of an index in a registry.
    var index: Descriptor?
    /// The blobs of an image in a registry.
    var blobs: [Descriptor] = []
}

extension ImageTransfer {
    /// Finds an image, with its documents in the store, but for those of a layout in a directory.
    func open(_ location: ImageLocation, _ selection: Selection) async throws -> OpenedImage {
        var image: OpenedImage
        switch location {
        case .registry(let reference):
            if case .platform(let platform) = selection {
                let pulled = try await client.pull(reference, platform: platform, into: store)
                return OpenedImage(
                    descriptor: pulled.image.descriptor, origin: .registry(reference),
                    index: pulled.descriptor,
                    blobs: [pulled.image.manifest.configuration] + pulled.image.manifest.layers)
            }
            let (descriptor, blobs) = try await client.pullDocuments(reference, into: store)
            return OpenedImage(descriptor: descriptor, origin: .registry(reference), blobs: blobs)
        case .store(let text):
            image = OpenedImage(descriptor: try store.image(matching: text).descriptor, origin: .store)
        case .layout(let path, let selector), .ociArchive(let path, let selector),
            .dockerArchive(let path, let selector):
            let layout = try ImageLayout.open(path, store: store)
            image = OpenedImage(descriptor: try layout.select(selector), origin: .layout(layout))
        }
        if case .platform(let platform) = selection {
            switch image.origin {
            case .layout(let layout):
                image.descriptor = try layout.resolve(image.descriptor, platform: platform).descriptor
            case .store, .registry:
                image.descriptor = try store.resolve(image.descriptor, platform: platform).descriptor
            }
        }
        return image
    }

    /// What a push asks for.
    func content(of image: OpenedImage) -> PushContent {
        let (client, store, progress) = (client, store, progress)
        return PushContent(store) { blob throws(RegistryError) in
            switch image.origin {
            case .registry(let reference):
                try await client.fetchBlob(blob, of: reference, into: store) { progress(.fetching(blob, $0)) }
            case .layout(let layout):
                do { try layout.fetch(blob, into: store) } catch {
                    throw RegistryError(.store, "\(error)", cause: error)
                }
            case .store:
                throw RegistryError(
                    .store,
                    blob.mediaType.isManifest || blob.mediaType.isIndex
                        ? "the store has not all images of the index: \(blob.digest) is missing; "
                            + "name one with --platform, or pull with --all-platforms"
                        : "the blob \(blob.digest) is missing in the store: build, pull or load the image again")
            }
        }
    }

    /// Brings the whole image into the store.
    func bring(_ image: OpenedImage) async throws {
        switch image.origin {
        case .store: break
        case .registry(let reference):
            let progress = self.progress
            // Layers that must not be distributed are had elsewhere.
            let blobs = image.blobs.filter(\.urls.isEmpty)
            try await client.fetchBlobs(blobs, of: reference, into: store) { progress(.fetching($0, $1)) }
        case .layout(let layout): try layout.importImage(image.descriptor, into: store)
        }
    }
}
