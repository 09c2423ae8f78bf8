internal import FoundationEssentials

/// Decides where a redirect leads (RFC 9110 section 15.4) and what may be sent there.
public struct Redirect: Hashable, Sendable {
    /// The URL to ask next.
    public var url: String
    /// Whether it is at the same scheme, host and port, so that the `Authorization` header may go there too.
    public var isSameOrigin: Bool

    /// As many redirects are followed for one request.
    public static let maximum = 5

    /// Whether an answer to a GET or HEAD with this status sends the client elsewhere.
    public static func isRedirect(status: Int) -> Bool { [301, 302, 303, 307, 308].contains(status) }

    /// The redirect from `origin` to what a `Location` header says.
    ///
    /// - Throws: `invalidResponse` for a location that is missing, no HTTP URL, or unprotected where `origin` was
    ///   protected. Messages name hosts only: the query of such a URL is often as good as a password.
    public init(from origin: String, location: String?) throws(TransferError) {
        guard let base = URL(string: origin), let from = Self.origin(of: base) else {
            throw TransferError(.invalidResponse, "a request went to something that is no HTTP URL")
        }
        guard let location, location.utf8.count <= 16384, let target = URL(string: location, relativeTo: base),
            let to = Self.origin(of: target)
        else { throw TransferError(.invalidResponse, "\(from.host) redirects to something that is no HTTP URL") }
        guard from.scheme == "http" || to.scheme == "https" else {
            throw TransferError(
                .invalidResponse, "\(from.host) redirects from https to an unprotected connection with \(to.host)")
        }
        guard target.user == nil, target.password == nil else {
            throw TransferError(.invalidResponse, "\(from.host) redirects to a URL with a user name in it")
        }
        url = target.absoluteString
        isSameOrigin = from == to
    }

    struct Origin: Hashable, Sendable {
        var scheme: String
        var host: String
        var port: Int
    }

    /// Scheme, host and port of an HTTP URL; nil for anything else.
    static func origin(of url: URL) -> Origin? {
        guard let scheme = url.scheme?.lowercased(), ["http", "https"].contains(scheme),
            let host = url.host()?.lowercased(), !host.isEmpty,
            // The library ends the process for a port that there cannot be.
            case let port = url.port ?? (scheme == "https" ? 443 : 80), (1...65535).contains(port)
        else { return nil }
        let unbracketed = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        return Origin(scheme: scheme, host: unbracketed, port: port)
    }
}
