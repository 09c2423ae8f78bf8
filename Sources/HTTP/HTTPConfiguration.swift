/// How requests reach servers.
public struct HTTPConfiguration: Sendable {
    /// Which requests go through a proxy.
    public var proxies: ProxySettings
    /// A file of trusted certificates in PEM form, or a directory of them, instead of the system's; `$SSL_CERT_FILE`.
    public var certificateFile: String?
    /// Directories of trusted certificates in PEM form, instead of the system's or beside that file; `$SSL_CERT_DIR`,
    /// separated by colons.
    public var certificateDirectories: [String]
    /// When and how often a failed request is sent again.
    public var retries: RetryPolicy
    /// How long a connection may take to stand.
    public var connectTimeout: Duration
    /// How long a server may be silent in the middle of an answer.
    public var readTimeout: Duration
    /// How long a server may be silent after it was sent something to keep.
    public var uploadTimeout: Duration

    /// A configuration without proxies.
    public init() {
        proxies = ProxySettings()
        certificateDirectories = []
        retries = RetryPolicy()
        connectTimeout = .seconds(8)
        readTimeout = .seconds(30)
        uploadTimeout = .seconds(600)
    }

    /// The configuration that a user's environment variables ask for.
    ///
    /// - Throws: `invalidConfiguration` for a proxy that cannot be used.
    public init(environment: [String: String]) throws(TransferError) {
        self.init()
        proxies = try ProxySettings(environment: environment)
        certificateFile = environment["SSL_CERT_FILE"].flatMap { $0.isEmpty ? nil : $0 }
        certificateDirectories = environment["SSL_CERT_DIR"]?.split(separator: ":").map(String.init) ?? []
    }
}
