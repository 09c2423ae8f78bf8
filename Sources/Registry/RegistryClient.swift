internal import ContentStore
public import HTTP
public import OCI
internal import Synchronization

/// Fetches images from registries and brings them there, by the OCI distribution specification.
///
///     let client = RegistryClient(try RegistryConfiguration(environment: environment))
///     let image = try await client.pull(reference, platform: .host, into: store)   // index, manifest, configuration
///     try await client.fetchBlobs(layers, of: reference, into: store)             // when they are needed
///     await client.shutdown()
///
/// How the module is made: decisions are values without I/O, tested by tables: `Authentication` (what a request must
/// carry), `RegistryRules` (where requests go: mirrors, other locations), `BlobUpload` (what to send next), `RetryPolicy`
/// (whether and when to try again), `Redirect` (where a redirect may lead), `ProxySettings`. A `RegistrySession` obeys
/// them for one registry, over the `HTTPTransport`, which alone knows the HTTP library. Tokens, connections and what was
/// learned of a registry live as long as the client, so one client should serve a whole build.
///
/// Nothing that arrives is trusted: documents are bounded in size, content is verified against its digest on its way into
/// the store, credentials are sent to nobody but the registry and the authorization service it names.
public final class RegistryClient: Sendable {
    let configuration: RegistryConfiguration
    let transport: HTTPTransport
    let places = Mutex(Places())
    let transfers: TransferQueue

    /// A client that opens no connection before it is used.
    public init(_ configuration: RegistryConfiguration = RegistryConfiguration()) {
        self.configuration = configuration
        transport = HTTPTransport(configuration: configuration.http)
        transfers = TransferQueue(limit: configuration.maximumConcurrentTransfers)
    }

    /// Closes all connections; requests under way fail.
    public func shutdown() async {
        await transport.shutdown()
    }

    /// A manifest or index, and its bytes as they were hashed.
    public struct Manifest: Hashable, Sendable {
        /// What describes the bytes.
        public var descriptor: Descriptor
        /// The document.
        public var bytes: [UInt8]
    }

    /// Asks the registry what `reference` means now: the manifest or index behind its digest or tag.
    ///
    /// - Throws: `notFound`, `unauthorized`, `denied`, `unreachable`, `digestMismatch`, `invalidResponse` and so on.
    public func resolve(_ reference: ImageReference) async throws(RegistryError) -> Manifest {
        let name = reference.digest.map(\.description) ?? reference.tag ?? ImageReference.defaultTag
        return try await manifest(name, of: reference, expecting: reference.digest)
    }

    /// Fetches a manifest or index by its digest or a tag.
    func manifest(
        _ name: String, of reference: ImageReference, expecting digest: Digest?,
        for purpose: RegistryRules.Purpose = .pull
    ) async throws(RegistryError) -> Manifest {
        try await reading(reference, for: purpose) { (place) async throws(RegistryError) in
            try await manifest(name, of: place.reference, expecting: digest, at: place.session)
        }
    }

    private func manifest(
        _ name: String, of reference: ImageReference, expecting digest: Digest?, at session: RegistrySession
    ) async throws(RegistryError) -> Manifest {
        let subject = reference.canonicalName
        let request = Self.manifestRequest(name, of: reference)
        return try await session.perform(request) { (response) throws(RegistryError) in
            let bytes = try await response.bytes(limit: ManifestDocument.maximumSize, of: "the manifest of \(subject)")
            // By the digest that is asked for; else by the one the registry promises, so that damage on the way shows.
            let expected = digest ?? Self.promisedDigest(response)
            var digester = Digester(expected?.algorithm ?? .sha256)
            digester.update(bytes)
            let actual = digester.finalize()
            if let expected, expected != actual {
                throw RegistryError(
                    .digestMismatch,
                    "the manifest of \(subject) from \(response.host) has the digest \(actual), expected \(expected)")
            }
            let type = try ManifestDocument.mediaType(
                of: bytes, contentType: response.value(of: "Content-Type"), subject: subject)
            return Manifest(
                descriptor: Descriptor(mediaType: type, digest: actual, size: Int64(bytes.count)), bytes: bytes)
        }
    }

    /// Asks for the digest of what a tag names, without fetching it; nil when the registry does not say. Docker Hub counts
    /// this against no rate limit, unlike fetching a manifest.
    func digest(
        ofTag tag: String, of reference: ImageReference, for purpose: RegistryRules.Purpose = .pull
    ) async throws(RegistryError) -> Digest? {
        do {
            return try await reading(reference, for: purpose) { (place) async throws(RegistryError) in
                var request = Self.manifestRequest(tag, of: place.reference)
                request.method = .head
                return try await place.session.perform(request) { response in Self.promisedDigest(response) }
            }
        } catch  where [.notFound, .invalidResponse].contains(error.code) {
            // Some registries know no HEAD; and where there is nothing, the answer to GET says so in words.
            return nil
        }
    }

    private static func manifestRequest(_ name: String, of reference: ImageReference) -> RegistryRequest {
        RegistryRequest(
            target: .path("/v2/\(reference.repository)/manifests/\(name)"), accept: ManifestDocument.accepted,
            scope: .pull(reference.repository), subject: reference.canonicalName)
    }

    static func promisedDigest(_ response: HTTPResponse) -> Digest? {
        response.value(of: "Docker-Content-Digest").flatMap { try? Digest(parsing: $0) }
    }
}
