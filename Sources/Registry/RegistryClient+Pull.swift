public import ContentStore
public import HTTP
public import OCI

/// An image whose documents are in the store; its layers may still be at the registry.
public struct PulledImage: Hashable, Sendable {
    /// The name it was pulled by.
    public var reference: ImageReference
    /// What the name meant: the index, or the manifest where there is no index.
    public var descriptor: Descriptor
    /// The manifest and the configuration for the platform.
    public var image: ResolvedImage
}

extension RegistryClient {
    /// Fetches what there is to know about an image for `platform`: index, manifest and configuration, but no layers.
    /// What the store has already is not fetched again; a reference with a digest that is there needs no network.
    ///
    /// - Throws: `platformNotFound` with what there is; `notFound`, `unauthorized`, `unreachable` and so on.
    @concurrent
    public func pull(
        _ reference: ImageReference, platform: Platform, into store: ContentStore
    ) async throws(RegistryError) -> PulledImage {
        let top = try await top(reference, in: store)
        try await fetchDocuments(top, platform: platform, reference: reference, store: store, depth: 0)
        do {
            let image = try store.resolve(top, platform: platform)
            // Its layers may never come here, and yet be mounted in another repository.
            let layers = image.manifest.layers.map(\.digest)
            let known = try layers.last.map { digest throws(StoreError) in
                try store.repositories(of: digest, registry: reference.registry)
            }
            if known?.contains(reference.repository) == false { try store.recordRepository(reference, of: layers) }
            return PulledImage(reference: reference, descriptor: top, image: image)
        } catch {
            throw RegistryError(
                error.code == .noSuchPlatform ? .platformNotFound : .invalidResponse,
                "\(reference.canonicalName): \(error)", cause: error)
        }
    }

    /// Fetches the documents of an image for all of its platforms, but neither configurations nor layers.
    ///
    /// - Returns: What the reference means, and the blobs that the documents refer to.
    /// - Throws: `notFound`, `unauthorized`, `unreachable` and so on.
    @concurrent
    public func pullDocuments(
        _ reference: ImageReference, into store: ContentStore
    ) async throws(RegistryError) -> (image: Descriptor, blobs: [Descriptor]) {
        let top = try await top(reference, in: store)
        let documents = try await ImageDocuments(top) { descriptor throws(RegistryError) in
            try await document(descriptor, of: reference, in: store)
        }
        return (top, documents.blobs)
    }

    /// Fetches blobs of an image that are not in the store, several at a time.
    ///
    /// - Parameter progress: told for which blob how many bytes have arrived.
    /// - Throws: the first failure; transfers under way are then canceled.
    public func fetchBlobs(
        _ blobs: [Descriptor], of reference: ImageReference, into store: ContentStore,
        progress: @escaping @Sendable (Descriptor, Int64) -> Void = { _, _ in }
    ) async throws(RegistryError) {
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for blob in blobs {
                    group.addTask {
                        try await self.fetchBlob(blob, of: reference, into: store) { progress(blob, $0) }
                    }
                }
                try await group.waitForAll()
            }
        } catch let error as RegistryError {
            throw error
        } catch {
            throw RegistryError(.canceled, "the transfer was canceled", cause: error)
        }
    }

    /// What the reference means now, with its document in the store.
    private func top(_ reference: ImageReference, in store: ContentStore) async throws(RegistryError) -> Descriptor {
        let subject = reference.canonicalName
        var digest = reference.digest
        if digest == nil {
            digest = try await self.digest(ofTag: reference.tag ?? ImageReference.defaultTag, of: reference)
        }
        if let digest, let bytes = try Self.stored(digest, in: store, subject: subject) {
            let type = try ManifestDocument.mediaType(of: bytes, contentType: nil, subject: subject)
            return Descriptor(mediaType: type, digest: digest, size: Int64(bytes.count))
        }
        // By its digest, where that is known: the tag may have moved on since.
        let manifest =
            if let digest { try await manifest("\(digest)", of: reference, expecting: digest) } else {
                try await resolve(reference)
            }
        try Self.keep(manifest, in: store, subject: subject)
        return manifest.descriptor
    }

    /// Fetches the documents below `descriptor` that the image for `platform` needs.
    ///
    /// - Returns: Whether there is an image for the platform.
    @discardableResult
    private func fetchDocuments(
        _ descriptor: Descriptor, platform: Platform, reference: ImageReference, store: ContentStore, depth: Int
    ) async throws(RegistryError) -> Bool {
        let subject = "\(reference.canonicalName) (\(descriptor.digest))"
        let bytes = try await document(descriptor, of: reference, in: store)
        do {
            if try ManifestDocument.mediaType(of: bytes, contentType: nil, subject: subject).isManifest {
                let manifest = try ImageManifest(parsing: bytes)
                guard manifest.configuration.size <= ContentStore.maximumDocumentSize else {
                    throw RegistryError(.tooLarge, "the configuration of \(subject) is too large")
                }
                try await fetchBlob(manifest.configuration, of: reference, into: store)
                return true
            }
            let index = try ImageIndex(parsing: bytes)
            // The choice is that of `ContentStore.resolve`, which reads the documents afterwards; it also bounds the
            // depth with a proper message.
            let nested = index.manifests.filter(\.mediaType.isIndex)
            for choice in index.manifest(for: platform).map({ [$0] }) ?? nested where depth < 4 {
                if try await fetchDocuments(
                    choice, platform: platform, reference: reference, store: store, depth: depth + 1)
                {
                    return true
                }
            }
            return false
        } catch let error as RegistryError {
            throw error
        } catch {
            throw RegistryError(.invalidResponse, "\(subject) cannot be used: \(error)", cause: error)
        }
    }

    /// A manifest or index: of the store, or fetched into it.
    private func document(
        _ descriptor: Descriptor, of reference: ImageReference, in store: ContentStore
    ) async throws(RegistryError) -> [UInt8] {
        let subject = "\(reference.canonicalName) (\(descriptor.digest))"
        if let stored = try Self.stored(descriptor.digest, in: store, subject: subject) { return stored }
        let fetched = try await manifest("\(descriptor.digest)", of: reference, expecting: descriptor.digest)
        guard fetched.descriptor.size == descriptor.size else {
            throw RegistryError(
                .digestMismatch,
                "\(subject) has \(fetched.descriptor.size) bytes instead of the \(descriptor.size) announced")
        }
        try Self.keep(fetched, in: store, subject: subject)
        return fetched.bytes
    }

    private static func stored(
        _ digest: Digest, in store: ContentStore, subject: String
    ) throws(RegistryError) -> [UInt8]? {
        try storing(subject) { () throws(StoreError) in
            try store.pin([digest])
            return store.contains(digest) ? try store.read(digest, limit: ManifestDocument.maximumSize) : nil
        }
    }

    private static func keep(
        _ manifest: Manifest, in store: ContentStore, subject: String
    ) throws(RegistryError) {
        let writer = try storing(subject) { () throws(StoreError) in
            try store.blobWriter(expecting: manifest.descriptor)
        }
        do { try writer.write(manifest.bytes.span) } catch {
            throw RegistryError(.store, "cannot store the manifest of \(subject): \(error)", cause: error)
        }
        try storing(subject) { () throws(StoreError) in _ = try writer.commit() }
    }
}
