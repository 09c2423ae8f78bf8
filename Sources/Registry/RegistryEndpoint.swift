internal import HTTP
internal import OCI

/// Where a registry answers.
struct RegistryEndpoint: Hashable, Sendable {
    /// The registry as image references name it: `docker.io`.
    let name: String
    /// The host that answers, without brackets: `registry-1.docker.io`, `::1`.
    let host: String
    /// The port; nil for the scheme's own.
    let port: Int?
    /// How to reach it.
    let security: EndpointSecurity

    /// The endpoint of the registry that a reference names.
    ///
    /// - Throws: `invalidConfiguration` when the name has no usable host or port.
    init(registry: String, security: EndpointSecurity = EndpointSecurity()) throws(RegistryError) {
        name = registry
        let authority = Self.hubNames.contains(registry) ? "registry-1.docker.io" : registry
        guard let (host, port) = Authority.split(authority) else {
            throw RegistryError(.invalidConfiguration, "invalid registry name \"\(registry)\"")
        }
        self.host = host
        self.port = port
        self.security = security
    }

    /// Docker Hub's names; its registry answers at yet another.
    private static let hubNames: Set<String> = ["docker.io", "index.docker.io"]

    /// Whether the registry runs on this machine, so that plain HTTP to it crosses no network.
    var isLoopback: Bool { Authority.isLoopback(host) }

    /// Whether passwords and content may go over plain HTTP.
    var allowsPlainHTTP: Bool { isLoopback || security.isInsecure }

    /// `host[:port]` as a URL has it.
    var authority: String {
        (host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host) + (port.map { ":\($0)" } ?? "")
    }

    /// The URL of `path`, which begins with a slash.
    func url(_ path: String, plainHTTP: Bool) -> String {
        (plainHTTP ? "http://" : "https://") + authority + path
    }
}
