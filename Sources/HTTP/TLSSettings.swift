/// Whom a TLS connection trusts beside the system's authorities, and who the client is.
public struct TLSSettings: Hashable, Sendable {
    /// What a client proves its identity with: PEM files.
    public struct Client: Hashable, Sendable {
        /// The client's certificate, and what leads from it to an authority.
        public var certificate: String
        /// Its private key, without a passphrase.
        public var key: String

        /// A certificate and its key.
        public init(certificate: String, key: String) {
            self.certificate = certificate
            self.key = key
        }
    }

    /// PEM files of authorities that are trusted as well.
    public var authorities: [String] = []
    /// The client's certificate; nil where none is asked for.
    public var client: Client?
    /// Whether any certificate will do, whoever signed it and whomever it is for.
    public var trustsAnybody = false

    /// The system's authorities alone.
    public init() {}

    /// These settings, and those of `other` for what is not set here.
    public func merging(_ other: TLSSettings) -> TLSSettings {
        var result = self
        result.authorities += other.authorities.filter { !authorities.contains($0) }
        result.client = client ?? other.client
        result.trustsAnybody = trustsAnybody || other.trustsAnybody
        return result
    }
}
