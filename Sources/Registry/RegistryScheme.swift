internal import HTTP

/// Finds out whether a registry speaks TLS that is on this machine or that may do without. All others must.
///
/// On this machine the question is asked in plain HTTP, which a TLS server answers at once with an alert or status 400,
/// while a plain server may wait for ever for the rest of what it does not understand. Elsewhere TLS is tried first: what
/// need not be protected may be. The question carries no credentials.
actor RegistryScheme {
    private let endpoint: RegistryEndpoint
    private let connection: RegistryConnection
    private var known: Bool?

    init(endpoint: RegistryEndpoint, connection: RegistryConnection) {
        self.endpoint = endpoint
        self.connection = connection
        known = endpoint.allowsPlainHTTP ? nil : false
    }

    /// Whether requests go over plain HTTP.
    ///
    /// - Throws: `unreachable`, `canceled`.
    func isPlainHTTP() async throws(RegistryError) -> Bool {
        if let known { return known }
        let answer = endpoint.isLoopback ? try await answersPlainly() : try await !answersInTLS()
        known = answer
        return answer
    }

    private func answersPlainly() async throws(RegistryError) -> Bool {
        do {
            return try await status(plainHTTP: true) != 400
        } catch  where error.code == .connectionLost || error.code == .invalidResponse {
            return false
        }
    }

    private func answersInTLS() async throws(RegistryError) -> Bool {
        do {
            _ = try await status(plainHTTP: false)
            return true
        } catch  where [.tls, .connectionLost, .invalidResponse, .unreachable].contains(error.code) {
            return false
        }
    }

    private func status(plainHTTP: Bool) async throws(RegistryError) -> Int {
        let response = try await connection.send(HTTPTransport.Request(url: endpoint.url("/v2/", plainHTTP: plainHTTP)))
        await response.discard()
        return response.status
    }
}
