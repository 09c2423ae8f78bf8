public import ContentStore
public import HTTP
public import OCI

extension RegistryClient {
    /// Fetches a blob into `store`, unless it is there already. Two tasks that want the same blob fetch it once.
    ///
    /// - Parameters:
    ///   - reference: the image whose repository holds the blob.
    ///   - progress: told the number of bytes that have arrived; it starts at 0 again when a broken transfer does.
    /// - Throws: `notFound`, `unauthorized`, `unreachable`, `connectionLost`, `digestMismatch`, `store`, `canceled` and so
    ///   on; nothing is then in the store that was not there before.
    @concurrent
    public func fetchBlob(
        _ descriptor: Descriptor, of reference: ImageReference, into store: ContentStore,
        progress: @Sendable (Int64) -> Void = { _ in }
    ) async throws(RegistryError) {
        if try Self.isPresent(descriptor, in: store) { return }
        try await transfers.enter(descriptor.digest)
        do {
            // While this task waited, another one may have fetched it.
            if try !Self.isPresent(descriptor, in: store) {
                try await transfer(descriptor, of: reference, into: store, progress: progress)
            }
        } catch {
            await transfers.leave(descriptor.digest)
            throw error
        }
        await transfers.leave(descriptor.digest)
    }

    private func transfer(
        _ descriptor: Descriptor, of reference: ImageReference, into store: ContentStore,
        progress: @Sendable (Int64) -> Void
    ) async throws(RegistryError) {
        var download = BlobDownload(descriptor, of: reference, into: store)
        try await reading(reference) { (place) async throws(RegistryError) in
            try await withRetries(place.session.retries) { () async throws(RegistryError) in
                try await download.run(place, progress: progress)
            } hasProgressed: {
                download.hasProgressed
            }
        }
        try Self.storing(download.subject) { () throws(StoreError) in
            try store.recordRepository(reference, of: [descriptor.digest])
        }
    }

    /// Whether the blob is in the store, where it stays from now on.
    static func isPresent(_ descriptor: Descriptor, in store: ContentStore) throws(RegistryError) -> Bool {
        try storing("\(descriptor.digest)") { () throws(StoreError) in
            try store.pin([descriptor.digest])
            return store.size(of: descriptor.digest) == descriptor.size
        }
    }

    /// Carries out `body` and gives its errors as the registry's.
    static func storing<Result>(
        _ subject: String, _ body: () throws(StoreError) -> Result
    ) throws(RegistryError) -> Result {
        do { return try body() } catch { throw Self.error(error, subject) }
    }

    static func error(_ error: any Error, _ subject: String) -> RegistryError {
        let isMismatch =
            (error as? StoreError).map { [.digestMismatch, .sizeMismatch].contains($0.code) } ?? false
        return RegistryError(isMismatch ? .digestMismatch : .store, "cannot fetch \(subject): \(error)", cause: error)
    }
}
