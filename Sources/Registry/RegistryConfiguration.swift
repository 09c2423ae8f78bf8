/// How a `RegistryClient` reaches registries.
public struct RegistryConfiguration: Sendable {
    /// Where credentials are looked for.
    public var credentials: CredentialStore
    /// Which requests go through a proxy.
    public var proxies: ProxySettings
    /// A file of trusted certificates in PEM form, or a directory of them, instead of the system's; `$SSL_CERT_FILE`.
    public var certificateFile: String?
    /// When and how often a failed request is sent again.
    public var retries: RetryPolicy
    /// How long a connection may take to stand.
    public var connectTimeout: Duration
    /// How long a registry may be silent in the middle of an answer.
    public var readTimeout: Duration
    /// How many blobs are fetched at the same time, at least 1.
    public var maximumConcurrentTransfers: Int

    /// A configuration without credentials and proxies.
    public init() {
        credentials = .none
        proxies = ProxySettings()
        retries = RetryPolicy()
        connectTimeout = .seconds(8)
        readTimeout = .seconds(30)
        maximumConcurrentTransfers = 4
    }

    /// The configuration that a user's environment variables ask for.
    ///
    /// - Throws: `invalidConfiguration` for a proxy that cannot be used.
    public init(environment: [String: String]) throws(RegistryError) {
        self.init()
        credentials = CredentialStore(environment: environment)
        proxies = try ProxySettings(environment: environment)
        certificateFile = environment["SSL_CERT_FILE"].flatMap { $0.isEmpty ? nil : $0 }
    }
}
