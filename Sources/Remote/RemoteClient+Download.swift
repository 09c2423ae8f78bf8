internal import ContentStore
internal import Dockerfile
internal import FileSystem
internal import FoundationEssentials
public import HTTP
public import OCI

extension RemoteClient {
    /// As many redirects are followed for one download.
    private static let maximumRedirects = 10

    /// Brings the file at an HTTP or HTTPS address into the store, pinned to its session.
    ///
    /// With a checksum whose content the address has given before, nothing is asked. Otherwise the server is asked whether
    /// what the store has is still what it would send.
    ///
    /// - Parameters:
    ///   - checksum: the digest that the content has to have.
    ///   - progress: told the bytes that have arrived, and how many are announced; it starts at 0 again when a broken
    ///     transfer does. Not called when nothing is transferred.
    /// - Throws: `notFound`, `unauthorized`, `denied`, `unreachable`, `digestMismatch`, `tooLarge`, `store`, `canceled` and
    ///   so on. The message shows the address without user name, password and query.
    @concurrent
    public func download(
        _ address: String, checksum: Digest? = nil, credentials: RemoteCredentials = .none,
        progress: @Sendable (_ current: Int64, _ total: Int64?) -> Void = { _, _ in }
    ) async throws(TransferError) -> RemoteFile {
        let shown = WebAddress.redacted(address)
        do {
            let known = try records(of: address, checksum: checksum)
            if let checksum, let record = known.first(where: { $0.digest == checksum }) {
                return Self.file(record, address)
            }
            let origin = try Origin(address, credentials)
            let condition = checksum == nil ? known.first : nil
            let record = try await withRetries(retries) { () async throws(TransferError) in
                try await fetch(origin, unless: condition, checksum: checksum, progress: progress)
            }
            try storing { () throws(StoreError) in
                try store.put(
                    CacheRecord(
                        key: WebRecord.key(address, checksum: checksum), payload: record.payload,
                        blobs: [record.digest], summary: "download \(shown)"))
            }
            return Self.file(record, address)
        } catch {
            guard error.code != .canceled else { throw error }
            var located = error
            located.message = "cannot fetch \(shown): \(error.message)"
            throw located
        }
    }

    private static func file(_ record: WebRecord, _ address: String) -> RemoteFile {
        let time = record.lastModified.flatMap(HTTPDate.parse)
        return RemoteFile(
            digest: record.digest, size: record.size,
            lastModified: time.map { Timestamp(seconds: Int64($0.timeIntervalSince1970.rounded(.down))) },
            name: WebAddress.fileName(of: address))
    }

    /// What is remembered of an address and still in the store, the one of the checksum first.
    private func records(of address: String, checksum: Digest?) throws(TransferError) -> [WebRecord] {
        var keys = [WebRecord.key(address, checksum: nil)]
        if let checksum { keys.insert(WebRecord.key(address, checksum: checksum), at: 0) }
        var result: [WebRecord] = []
        for key in keys {
            let record = try storing { () throws(StoreError) in try store.cacheRecord(for: key) }
            if let record, let known = WebRecord(record.payload), store.size(of: known.digest) == known.size {
                result.append(known)
            }
        }
        return result
    }

    /// Where a download starts: an address without user name, and what shows who asks.
    private struct Origin: Sendable {
        var url: String
        var authorization: Secret?

        init(_ address: String, _ credentials: RemoteCredentials) throws(TransferError) {
            guard var parts = URLComponents(string: address, encodingInvalidCharacters: true), let host = parts.host,
                !host.isEmpty
            else { throw TransferError(.invalidConfiguration, "this is no usable URL") }
            if let user = parts.user {
                let text = "\(user):\(parts.password ?? "")"
                authorization = Secret("Basic " + Data(text.utf8).base64EncodedString())
            }
            parts.user = nil
            parts.password = nil
            parts.fragment = nil
            guard let url = parts.string else {
                throw TransferError(.invalidConfiguration, "this is no usable URL")
            }
            self.url = url
            if let secret = try credentials.authorization(host: WebAddress.host(of: address) ?? host) {
                authorization = secret
            }
        }
    }

    private func fetch(
        _ origin: Origin, unless known: WebRecord?, checksum: Digest?,
        progress: @Sendable (Int64, Int64?) -> Void
    ) async throws(TransferError) -> WebRecord {
        let response = try await answer(to: origin, headers: known?.conditions ?? [])
        if let known {
            let tag = response.value(of: "ETag")
            let isSame =
                response.status == 200 && tag != nil && tag.map(Self.opaque) == known.entityTag.map(Self.opaque)
            if response.status == 304 || isSame {
                await response.discard()
                return known
            }
        }
        guard (200..<300).contains(response.status), response.status != 206 else {
            var error = response.failure(response.host, subject: "the file")
            if response.status == 401 { error.code = .unauthorized }
            error.message = "\(response.host) answers with status \(response.status)"
            await response.discard()
            throw error
        }
        return try await store(response, checksum: checksum, progress: progress)
    }

    /// An entity tag without the sign that it is a weak one.
    private static func opaque(_ tag: String) -> String { tag.hasPrefix("W/") ? String(tag.dropFirst(2)) : tag }

    /// Sends the request and follows redirects. Credentials stay with the server that the address names.
    private func answer(
        to origin: Origin, headers: [(name: String, value: String)]
    ) async throws(TransferError) -> HTTPResponse {
        var url = origin.url
        var isOrigin = true
        for _ in 0...Self.maximumRedirects {
            let response = try await transport.send(
                HTTPTransport.Request(
                    url: url, headers: headers, authorization: isOrigin ? origin.authorization : nil))
            guard Redirect.isRedirect(status: response.status) else { return response }
            let redirect = try Redirect(from: url, location: response.value(of: "Location"))
            await response.discard()
            url = redirect.url
            isOrigin = isOrigin && redirect.isSameOrigin
        }
        throw TransferError(.invalidResponse, "it redirects more than \(Self.maximumRedirects) times")
    }

    /// Writes the body into the store.
    private func store(
        _ response: HTTPResponse, checksum: Digest?, progress: @Sendable (Int64, Int64?) -> Void
    ) async throws(TransferError) -> WebRecord {
        let total = response.contentLength
        func tooLarge() -> TransferError {
            TransferError(.tooLarge, "the file is larger than \(Self.maximumFileSize) bytes")
        }
        if let total, total > Self.maximumFileSize { throw tooLarge() }
        let writer = try storing { () throws(StoreError) in
            if let checksum { try store.blobWriter(expecting: checksum) } else { try store.blobWriter() }
        }
        progress(0, total)
        try await response.forEachChunk { (chunk) throws(TransferError) in
            do { try writer.write(chunk) } catch {
                throw TransferError(.store, "\(error)", cause: error)
            }
            guard writer.count <= Self.maximumFileSize else { throw tooLarge() }
            progress(writer.count, total)
        }
        let (digest, size) = try storing { () throws(StoreError) in try writer.commit() }
        let lastModified = response.value(of: "Last-Modified")
        var isTimeReliable = false
        if let modified = lastModified.flatMap(HTTPDate.parse),
            let sent = response.value(of: "Date").flatMap(HTTPDate.parse)
        {
            // RFC 9110 section 8.8.2.2: within the same minute there may have been another version.
            isTimeReliable = sent.timeIntervalSince(modified) >= 60
        }
        return WebRecord(
            digest: digest, size: size, entityTag: response.value(of: "ETag"), lastModified: lastModified,
            isTimeReliable: isTimeReliable)
    }

    /// Carries out `body` and gives its errors as those of a transfer.
    func storing<Result>(_ body: () throws(StoreError) -> Result) throws(TransferError) -> Result {
        do { return try body() } catch {
            if error.code == .digestMismatch { throw TransferError(.digestMismatch, error.message, cause: error) }
            throw TransferError(.store, "\(error)", cause: error)
        }
    }
}
