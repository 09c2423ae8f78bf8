internal import FoundationEssentials
internal import HTTP

/// What a user may prove their identity to a registry with.
public struct Credential: Hashable, Sendable {
    enum Kind: Hashable, Sendable {
        /// A name and a password or personal access token.
        case password(username: String, password: Secret)
        /// A refresh token that `docker login` got, exchanged for bearer tokens (OAuth 2.0, RFC 6749 section 6).
        case identityToken(Secret)
    }

    let kind: Kind

    init(kind: Kind) { self.kind = kind }

    /// A name and a password or personal access token.
    public init(username: String, password: String) {
        kind = .password(username: username, password: Secret(password))
    }

    /// The user's name; `<token>` for an identity token, as credential helpers have it.
    public var username: String {
        switch kind {
        case .password(let username, _): username
        case .identityToken: "<token>"
        }
    }

    /// The value of a Basic `Authorization` header (RFC 7617); nil for a credential without a password.
    var basicAuthorization: Secret? {
        guard case .password(let username, let password) = kind else { return nil }
        let encoded = Data("\(username):\(password.exposed)".utf8).base64EncodedString()
        return Secret("Basic " + encoded)
    }
}
