internal import ContentStore
internal import HTTP
internal import OCI

/// One blob on its way into the store. An attempt after a broken connection goes on where the last one ended (RFC 9110
/// section 14.2), if the server can do that.
struct BlobDownload {
    let descriptor: Descriptor
    let store: ContentStore
    /// What is fetched, in words.
    let subject: String
    private var writer: BlobWriter?
    /// Whether the last attempt got further than any before, so that the row of failures begins anew.
    private(set) var hasProgressed = false
    private var furthest: Int64 = 0

    init(_ descriptor: Descriptor, of reference: ImageReference, into store: ContentStore) {
        self.descriptor = descriptor
        self.store = store
        subject = "\(descriptor.digest) of \(reference.canonicalRepository)"
    }

    /// One attempt. After the last byte the blob is verified and in the store.
    mutating func run(
        _ place: RegistryPlace, progress: @Sendable (Int64) -> Void
    ) async throws(RegistryError) {
        hasProgressed = false
        let offset = writer?.count ?? 0
        let repository = place.reference.repository
        let request = RegistryRequest(
            target: .path("/v2/\(repository)/blobs/\(descriptor.digest)"),
            headers: offset > 0 ? [("Range", "bytes=\(offset)-")] : [], scope: .pull(repository), subject: subject)
        let response = try await place.session.answer(to: request)
        let writer = try await self.writer(for: response, offset: offset)
        let start = writer.count
        if start == 0 { progress(0) }
        defer {
            hasProgressed = furthest > 0 && writer.count > furthest
            furthest = max(furthest, writer.count)
        }
        try await response.forEachChunk { (chunk) throws(RegistryError) in
            do { try writer.write(chunk) } catch { throw RegistryClient.error(error, subject) }
            progress(writer.count)
        }
        self.writer = nil
        try RegistryClient.storing(subject) { () throws(StoreError) in _ = try writer.commit() }
    }

    /// What the bytes of an answer are written with: from the beginning, or behind those that are there.
    private mutating func writer(
        for response: HTTPResponse, offset: Int64
    ) async throws(RegistryError) -> BlobWriter {
        switch response.status {
        case 200:
            try check(response.contentLength, expected: descriptor.size, response.host)
            let new = try RegistryClient.storing(subject) { () throws(StoreError) in
                try store.blobWriter(expecting: descriptor)
            }
            writer = new
            return new
        case 206:
            guard let writer, response.value(of: "Content-Range")?.hasPrefix("bytes \(offset)-") == true else {
                throw RegistryError(
                    .invalidResponse, "\(response.host) sends another part of \(subject) than was asked for")
            }
            try check(response.contentLength, expected: descriptor.size - offset, response.host)
            return writer
        case 416 where offset > 0:
            // What is here is more than there is there.
            writer = nil
            await response.discard()
            throw RegistryError(
                .connectionLost, "\(response.host) does not go on with \(subject)", transient: true)
        default: throw await response.registryFailure(response.host, subject: subject)
        }
    }

    private func check(_ length: Int64?, expected: Int64, _ host: String) throws(RegistryError) {
        guard let length, length != expected else { return }
        throw RegistryError(.digestMismatch, "\(host) sends \(length) bytes for \(subject) instead of \(expected)")
    }
}
