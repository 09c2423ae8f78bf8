public import ContentStore
public import OCI
public import Registry

/// Moves images between registries, the local store, OCI image layouts and archives.
///
///     let transfer = ImageTransfer(store: store, client: client)
///     try await transfer.copy(from: .registry(reference), to: .layout(path, selector: "1"))
///
/// A copy has the digest of the original: documents are moved as they are. From one registry to another, and to one that
/// has a part of the image, only what is missing there is fetched at all; it goes through the store, which verifies it.
/// A name is given last, so that it never means an image that is not whole.
public struct ImageTransfer: Sendable {
    /// Which images of an index are meant.
    public enum Selection: Hashable, Sendable {
        /// All, and the index.
        case all
        /// The one for a platform, without the index.
        case platform(Platform)
    }

    /// Something that happened to a blob.
    public enum Event: Hashable, Sendable {
        /// So many bytes have arrived.
        case fetching(Descriptor, Int64)
        /// Of what goes to a registry.
        case pushing(PushEvent)
    }

    let store: ContentStore
    let client: RegistryClient
    let progress: @Sendable (Event) -> Void

    /// A transfer that uses the given store and client.
    ///
    /// - Parameter progress: called from several tasks.
    public init(
        store: ContentStore, client: RegistryClient, progress: @escaping @Sendable (Event) -> Void = { _ in }
    ) {
        self.store = store
        self.client = client
        self.progress = progress
    }

    /// Copies an image.
    ///
    /// - Returns: What describes the copy's manifest or index.
    /// - Throws: `RegistryError`, `StoreError`, `ImageTransferError`, and what writing files throws.
    @discardableResult
    public func copy(
        from source: ImageLocation, to destination: ImageLocation, _ selection: Selection = .all
    ) async throws -> Descriptor {
        let name = try Destination(destination)
        let image = try await open(source, selection)
        switch name {
        case .registry(let reference):
            _ = try await client.push(
                image.descriptor, as: [try reference.naming(image.descriptor)], from: content(of: image)
            ) { [progress] in progress(.pushing($0)) }
        case .store(let reference):
            try await bring(image)
            _ = try store.putImage(image.descriptor, names: [reference])
        case .export(let write):
            try await bring(image)
            try write(store, image.descriptor, selection)
        }
        return image.descriptor
    }

    /// Brings an image from its registry into the store, under its name.
    ///
    /// - Parameter selection: for `.platform`, the name means the index all the same, of which only this image is here.
    /// - Returns: What describes the image's manifest or index, and whether the name meant something else before.
    public func pull(
        _ reference: ImageReference, _ selection: Selection
    ) async throws -> (image: Descriptor, isNew: Bool) {
        var image = try await open(.registry(reference), selection)
        try await bring(image)
        if let index = image.index { image.descriptor = index }
        let isNew = try store.image(named: reference)?.descriptor.digest != image.descriptor.digest
        if isNew { _ = try store.putImage(image.descriptor, names: [reference]) }
        return (image.descriptor, isNew)
    }

    /// Brings an image of the store into registries.
    ///
    /// - Parameter names: where to, with tags; or one with the image's digest.
    public func push(
        _ image: Descriptor, as names: [ImageReference]
    ) async throws -> [PushReport] {
        let opened = OpenedImage(descriptor: image, origin: .store)
        let reports = try await client.push(image, as: names, from: content(of: opened)) { [progress] in
            progress(.pushing($0))
        }
        for report in reports {
            guard let name = report.names.first else { continue }
            try store.recordRepository(name, of: report.uploaded + report.mounted + report.present)
        }
        return reports
    }
}

extension ImageReference {
    /// The name to push an image by: a digest in it must be the image's.
    fileprivate func naming(_ image: Descriptor) throws(ImageTransferError) -> ImageReference {
        guard let digest, digest != image.digest else { return self }
        throw ImageTransferError("the image has the digest \(image.digest), not that of \(familiarName)")
    }
}
