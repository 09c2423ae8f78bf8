internal import HTTP

/// Requests in the name of one registry: to it, to its authorization service, and to where it redirects.
struct RegistryConnection: Sendable {
    private let registry: String
    private let tls: TLSSettings
    private let transport: HTTPTransport

    init(endpoint: RegistryEndpoint, transport: HTTPTransport) {
        registry = endpoint.name
        var tls = endpoint.security.tls
        tls.trustsAnybody = endpoint.security.isInsecure
        self.tls = tls
        self.transport = transport
    }

    /// Sends a request with the certificates that are for this registry.
    func send(_ request: HTTPTransport.Request) async throws(RegistryError) -> HTTPResponse {
        var request = request
        request.tls = tls
        do { return try await transport.send(request) } catch {
            var error = error
            if error.code == .untrusted {
                error.message +=
                    "; to trust its authority, put that certificate into /etc/containers/certs.d/\(registry)/ca.crt, "
                    + "or name it as ca in registries.toml"
            } else if error.code == .certificateWanted {
                error.message +=
                    "; put yours into /etc/containers/certs.d/\(registry)/ as client.cert and client.key, "
                    + "or name it as client-certificate in registries.toml"
            }
            throw error
        }
    }
}
