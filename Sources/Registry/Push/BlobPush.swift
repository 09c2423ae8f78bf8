internal import HTTP
internal import OCI
internal import SystemPackage

/// Carries out what a `BlobUpload` decides.
struct BlobPush {
    let blob: Descriptor
    let repository: String
    let session: RegistrySession
    let retries: RetryPolicy
    /// Gives the file of the blob's bytes, when they are needed.
    let file: () async throws(RegistryError) -> FilePath
    /// Told up to where the bytes are on their way.
    let progress: @Sendable (Int64) -> Void

    private var subject: String { "\(blob.digest) to \(session.endpoint.name)/\(repository)" }

    /// Brings the blob into the repository.
    ///
    /// - Parameter candidates: repositories of the same registry that may hold it.
    func run(candidates: [String]) async throws(RegistryError) -> BlobUpload.Outcome {
        var upload = BlobUpload(size: blob.size, candidates: candidates)
        var action = upload.begin()
        var attempt = 1
        var furthest: Int64 = 0
        while true {
            if case .done(let outcome) = action { return outcome }
            if case .fail(let error) = action { throw error }
            do {
                let next = try await carryOut(action, of: &upload)
                // Bytes that were never sent before are the end of a row of failures.
                if case .send(_, let range) = action, range.upperBound > furthest {
                    furthest = range.upperBound
                    attempt = 1
                }
                action = next
            } catch {
                try await retries.pause(after: error, attempt: attempt)
                attempt += 1
                action = upload.interrupted()
            }
        }
    }

    /// Sends the request of an action, and gives the next one. Throws what may pass, and what nothing can be done about.
    private func carryOut(
        _ action: BlobUpload.Action, of upload: inout BlobUpload
    ) async throws(RegistryError) -> BlobUpload.Action {
        switch action {
        case .check: return upload.checked(exists: try await exists())
        case .start(let from): return try await start(mountFrom: from, &upload)
        case .send(let location, let range): return try await send(range, to: location, &upload)
        case .finish(let location, let range): return try await finish(range, at: location, &upload)
        case .ask(let location):
            let response = try await answer(.get, .url(location))
            return try await stands(response, sent: nil, &upload)
        case .done, .fail: return action
        }
    }

    private func exists() async throws(RegistryError) -> Bool {
        let response = try await answer(.head, .path("/v2/\(repository)/blobs/\(blob.digest)"))
        switch response.status {
        case 200:
            await response.discard()
            return response.contentLength.map { $0 == blob.size } ?? true
        case 404:
            await response.discard()
            return false
        default: throw await failure(response)
        }
    }

    private func start(
        mountFrom origin: String?, _ upload: inout BlobUpload
    ) async throws(RegistryError) -> BlobUpload.Action {
        let mount = origin.map { "?mount=\(blob.digest)&from=\($0)" } ?? ""
        let response = try await answer(.post, .path("/v2/\(repository)/blobs/uploads/\(mount)"), mounting: origin)
        switch response.status {
        case 201:
            await response.discard()
            return upload.mounted()
        case 202:
            await response.discard()
            return upload.started(at: try session.location(of: response))
        case 400..<500 where origin != nil && response.status != 429:
            // Where mounting is not allowed, uploading may be.
            await response.discard()
            return upload.checked(exists: false)
        default: throw await failure(response)
        }
    }

    private func send(
        _ range: Range<Int64>, to location: String, _ upload: inout BlobUpload
    ) async throws(RegistryError) -> BlobUpload.Action {
        let response = try await answer(
            .patch, .url(location), headers: [("Content-Range", "\(range.lowerBound)-\(range.upperBound - 1)")],
            body: try await body(range))
        return try await stands(response, sent: range.upperBound, &upload)
    }

    private func finish(
        _ range: Range<Int64>, at location: String, _ upload: inout BlobUpload
    ) async throws(RegistryError) -> BlobUpload.Action {
        let query = (location.utf8.contains(UInt8(ascii: "?")) ? "&" : "?") + "digest=\(blob.digest)"
        let response = try await answer(
            .put, .url(location + query), body: range.isEmpty ? nil : try await body(range))
        switch response.status {
        case 201, 204:
            await response.discard()
            return .done(.uploaded)
        case 400: return upload.rejected(await failure(response))
        default: return try await refused(response, &upload)
        }
    }

    /// Reads where the session stands.
    private func stands(
        _ response: HTTPResponse, sent: Int64?, _ upload: inout BlobUpload
    ) async throws(RegistryError) -> BlobUpload.Action {
        switch response.status {
        case 200, 201, 202, 204:
            await response.discard()
            return upload.stands(
                at: try session.location(of: response), range: response.value(of: "Range"), sent: sent)
        default: return try await refused(response, &upload)
        }
    }

    private func refused(
        _ response: HTTPResponse, _ upload: inout BlobUpload
    ) async throws(RegistryError) -> BlobUpload.Action {
        let error = await failure(response)
        return switch response.status {
        case 404, 416: upload.forgotten(error)
        case 413: upload.tooLarge(error)
        default: throw error
        }
    }

    private func body(_ range: Range<Int64>) async throws(RegistryError) -> RequestBody {
        let progress = self.progress
        return .file(try await file(), range) { progress(range.lowerBound + $0) }
    }

    private func answer(
        _ method: HTTPTransport.Request.Method, _ target: RegistryRequest.Target,
        headers: [(name: String, value: String)] = [], body: RequestBody? = nil, mounting origin: String? = nil
    ) async throws(RegistryError) -> HTTPResponse {
        try await session.answer(
            to: RegistryRequest(
                method: method, target: target, headers: headers, body: body,
                isUpload: method == .patch || method == .put,
                scope: origin.map { .mount(from: $0, into: repository) } ?? .push(repository), subject: subject))
    }

    private func failure(_ response: HTTPResponse) async -> RegistryError {
        await response.registryFailure(response.host, subject: subject)
    }
}
