public import HTTP

/// How a `RegistryClient` reaches registries.
public struct RegistryConfiguration: Sendable {
    /// Where credentials are looked for.
    public var credentials: CredentialStore
    /// What says where registries are, and whom to trust.
    public var files: RegistryFiles
    /// Proxies, certificates, retries and time limits.
    public var http: HTTPConfiguration
    /// How many blobs are fetched at the same time, at least 1.
    public var maximumConcurrentTransfers: Int

    /// A configuration without credentials and proxies.
    public init() {
        credentials = .none
        files = .none
        http = HTTPConfiguration()
        maximumConcurrentTransfers = 4
    }

    /// The configuration that a user's environment variables ask for.
    ///
    /// - Throws: `invalidConfiguration` for a proxy that cannot be used.
    public init(environment: [String: String]) throws(RegistryError) {
        self.init()
        credentials = CredentialStore(environment: environment)
        files = RegistryFiles(environment: environment)
        http = try HTTPConfiguration(environment: environment)
    }
}
