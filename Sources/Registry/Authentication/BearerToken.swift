internal import HTTP
internal import OCI

/// A token that an authorization service issued, and until when it is worth using.
///
/// Distribution token specification, "Token Response Fields".
struct BearerToken: Hashable, Sendable {
    /// The token as it goes into the `Authorization` header.
    var value: Secret
    /// From this moment on a new token is fetched instead.
    var expiry: ContinuousClock.Instant

    init(value: Secret, expiry: ContinuousClock.Instant) {
        self.value = value
        self.expiry = expiry
    }

    /// The lifetime of a token whose response names none, in seconds, by the specification.
    static let defaultLifetime: Int64 = 60
    /// No token is kept for longer, in seconds, whatever the response says.
    static let maximumLifetime: Int64 = 24 * 3600

    /// Reads the answer of an authorization service. The lifetime counts from `now`, when the answer arrived: the
    /// service's clock may be wrong.
    ///
    /// - Throws: `invalidResponse` when there is no usable token in it. The message does not quote the answer.
    init(parsing body: [UInt8], at now: ContinuousClock.Instant) throws(RegistryError) {
        let answer: JSONValue
        do { answer = try JSONValue(parsing: body) } catch {
            throw RegistryError(.invalidResponse, "the authorization service's answer is not JSON")
        }
        let text = [answer["token"], answer["access_token"]].lazy.compactMap { $0?.stringValue }.first { !$0.isEmpty }
        // Only visible ASCII: anything else would end or split the header it is to be sent in.
        guard let text, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw RegistryError(.invalidResponse, "the authorization service's answer holds no usable token")
        }
        let named = answer["expires_in"]?.integerValue ?? 0
        let lifetime = min(named > 0 ? named : Self.defaultLifetime, Self.maximumLifetime)
        // A token is given up a little early, so that it does not expire on its way to the registry.
        let margin = min(lifetime / 10, 10)
        self.init(value: Secret(text), expiry: now.advanced(by: .seconds(lifetime - margin)))
    }
}
