internal import HTTP

/// A request for a bearer token.
///
/// Distribution token specification ("Requesting a Token") for passwords and for nobody in particular, the distribution
/// project's OAuth 2.0 variant of it for identity tokens.
struct TokenRequest: Hashable, Sendable {
    /// The authorization service, as the challenge named it.
    var realm: String
    /// The registry's name for itself in tokens.
    var service: String?
    /// What the token is to allow, such as `repository:library/alpine:pull`; scopes are separated by blanks. Empty to
    /// be known to the registry only.
    var scope: String
    /// Who asks; nil for nobody in particular.
    var credential: Credential?

    private static let client = "slipway"

    /// The form to POST; nil when the request is a GET.
    var form: Secret? {
        guard case .identityToken(let token)? = credential?.kind else { return nil }
        var fields = [("grant_type", "refresh_token"), ("client_id", Self.client)]
        if !scope.isEmpty { fields.append(("scope", scope)) }
        if let service { fields.append(("service", service)) }
        fields.append(("refresh_token", token.exposed))
        return Secret(Self.encoded(fields))
    }

    /// Where to send the request.
    var url: String {
        guard form == nil else { return realm }
        var fields: [(String, String)] = []
        if case .password(let username, _)? = credential?.kind { fields.append(("account", username)) }
        fields.append(("client_id", Self.client))
        if let service { fields.append(("service", service)) }
        fields += scope.split(separator: " ").map { ("scope", String($0)) }
        return realm + (realm.utf8.contains(UInt8(ascii: "?")) ? "&" : "?") + Self.encoded(fields)
    }

    /// `application/x-www-form-urlencoded`, with everything but RFC 3986's unreserved characters escaped.
    private static func encoded(_ fields: [(String, String)]) -> String {
        fields.map { escaped($0) + "=" + escaped($1) }.joined(separator: "&")
    }

    private static func escaped(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var result: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                result.append(byte)
            default:
                result += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
