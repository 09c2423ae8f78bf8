internal import HTTP

/// Finds out whether a registry on this machine speaks TLS. All others must.
///
/// The question is asked in plain HTTP, which a TLS server answers at once with an alert or status 400, while a plain
/// server may wait for ever for the rest of what it does not understand. It carries no credentials and crosses no
/// network.
actor RegistryScheme {
    private let endpoint: RegistryEndpoint
    private let transport: HTTPTransport
    private var known: Bool?

    init(endpoint: RegistryEndpoint, transport: HTTPTransport) {
        self.endpoint = endpoint
        self.transport = transport
        known = endpoint.isLoopback ? nil : false
    }

    /// Whether requests go over plain HTTP.
    ///
    /// - Throws: `unreachable`, `canceled`.
    func isPlainHTTP() async throws(RegistryError) -> Bool {
        if let known { return known }
        let answer: Bool
        do {
            let response = try await transport.send(
                HTTPTransport.Request(url: endpoint.url("/v2/", plainHTTP: true)))
            await response.discard()
            answer = response.status != 400
        } catch  where error.code == .connectionLost || error.code == .invalidResponse {
            answer = false
        }
        known = answer
        return answer
    }
}
