/// Why something could not be had from the network.
///
/// The message is one sentence a user can act on; it and the cause never hold a password, a token or the query of a
/// signed URL.
public struct TransferError: Error, Sendable, CustomStringConvertible {
    /// The kind of failure; new codes may be added.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private let name: String

        /// A code of that name; a module above declares those of its own as static members.
        public init(_ name: String) { self.name = name }

        /// The server cannot be reached: its name does not resolve, no network, connection refused or timed out.
        public static let unreachable = Code("unreachable")
        /// The connection broke or stalled after it was made, or the body ended early.
        public static let connectionLost = Code("connectionLost")
        /// No TLS session: a certificate for another host, or no TLS spoken at the other end.
        public static let tls = Code("tls")
        /// No TLS session, because no trusted authority vouches for the server.
        public static let untrusted = Code("untrusted")
        /// No TLS session, because the server wants a certificate of the client that there is not or that it refuses.
        public static let certificateWanted = Code("certificateWanted")
        /// The server has no such thing.
        public static let notFound = Code("notFound")
        /// The server asks for credentials that are missing or that it refused.
        public static let unauthorized = Code("unauthorized")
        /// The server knows who asks and says no.
        public static let denied = Code("denied")
        /// Too many requests; the server asks to come back later.
        public static let rateLimited = Code("rateLimited")
        /// The server failed (5xx), and went on failing.
        public static let unavailable = Code("unavailable")
        /// An answer that the protocol does not allow.
        public static let invalidResponse = Code("invalidResponse")
        /// The bytes received are not those that a digest or size promised.
        public static let digestMismatch = Code("digestMismatch")
        /// An answer larger than this client accepts.
        public static let tooLarge = Code("tooLarge")
        /// A configuration file or environment variable that cannot be used.
        public static let invalidConfiguration = Code("invalidConfiguration")
        /// The content store could not keep what was fetched.
        public static let store = Code("store")
        /// The task was canceled.
        public static let canceled = Code("canceled")

        /// The code's name.
        public var description: String { name }
    }

    /// The kind of failure.
    public var code: Code
    /// One sentence for the user, without a full stop.
    public var message: String
    /// The error below this one, where there is one.
    public var cause: (any Error)?
    /// Whether the same request may succeed a moment later.
    public var isTransient: Bool
    /// How long the server asked to wait before the next attempt.
    public var retryAfter: Duration?

    /// An error of the given parts.
    public init(_ code: Code, _ message: String, cause: (any Error)? = nil, transient: Bool = false) {
        self.code = code
        self.message = message
        self.cause = cause
        self.isTransient = transient
    }

    /// The message.
    public var description: String { message }
}
