internal import HTTP

/// Decides how requests to one registry prove who asks. A value without I/O: whoever sends the requests tells it what
/// happened and does what it says.
///
///     prepare ──► send(nil) ──401──► challenged ──► fetchToken ──► tokenReceived ──► send(Bearer …)
///                                         │
///                                         └──► send(Basic …)
///
/// The first request goes out as nobody in particular. The registry's challenge settles the scheme for all requests that
/// follow; a bearer token is kept for each scope and used until it expires or is refused, and only one request fetches
/// it while the others await it. A token that the registry once took serves narrower scopes as well: what was pushed with
/// is pulled with.
struct Authentication: Sendable {
    /// What a request carries in its `Authorization` header.
    enum Authorization: Hashable, Sendable {
        case none
        case basic(Secret)
        case bearer(Secret)

        /// The header's value.
        var header: Secret? {
            switch self {
            case .none: nil
            case .basic(let value): value
            case .bearer(let token): Secret("Bearer " + token.exposed)
            }
        }
    }

    enum Action: Hashable, Sendable {
        /// Send the request with this.
        case send(Authorization)
        /// Fetch a token, then report `tokenReceived` or `tokenFailed` for the scope named here, which may be a wider one
        /// than that of the request.
        case fetchToken(TokenRequest, for: Scope)
        /// Another request is fetching the token for that scope: wait until that is done, then `prepare` again.
        case awaitToken(Scope)
        /// Give up.
        case fail(Refusal)
    }

    /// Why a request cannot be authorized.
    enum Refusal: Hashable, Sendable {
        /// The registry wants a name and password, and there are none for it.
        case credentialsMissing
        /// The registry does not accept the name and password there are.
        case credentialsRejected
        /// The registry issued a token and then did not accept it: it does not allow this request.
        case tokenRejected(anonymous: Bool)
        /// The registry offers only schemes unknown here.
        case unsupported(schemes: [String])
        /// The registry sends its users to an authorization service over an unprotected connection.
        case insecureService
    }

    private enum Scheme: Sendable {
        case unknown
        case basic(Secret)
        case bearer(realm: String, service: String?)
    }

    /// A token and what became of it.
    private struct Grant: Sendable {
        /// What to ask for: the scope of the requests and what the registry wants beside it.
        var scope: Scope
        var token: BearerToken?
        /// Whether the registry took this token at least once.
        var isAccepted = false
        /// Whether it took this one or an earlier one: only then narrower scopes are served.
        var isProven = false
        var isFetching = false
    }

    /// Whether authorization services may be asked over plain HTTP, because the registry is itself on it.
    private let allowsPlainHTTP: Bool
    private var scheme = Scheme.unknown
    private var credential: Credential?
    private var grants: [Scope: Grant] = [:]

    init(allowsPlainHTTP: Bool = false) { self.allowsPlainHTTP = allowsPlainHTTP }

    /// Whether the registry ever asked who asks.
    var isChallenged: Bool {
        if case .unknown = scheme { false } else { true }
    }

    /// A request is about to be sent.
    mutating func prepare(for scope: Scope, at now: ContinuousClock.Instant) -> Action {
        switch scheme {
        case .unknown: return .send(.none)
        case .basic(let value): return .send(.basic(value))
        case .bearer(let realm, let service):
            let key = key(for: scope)
            var grant = grants[key] ?? Grant(scope: key)
            if let token = grant.token, token.expiry > now { return .send(.bearer(token.value)) }
            if grant.isFetching { return .awaitToken(key) }
            grant.token = nil
            grant.isFetching = true
            grants[key] = grant
            return .fetchToken(
                TokenRequest(realm: realm, service: service, scope: grant.scope.description, credential: credential),
                for: key)
        }
    }

    /// The scope whose token serves requests of `scope`: it itself, or the widest that covers it.
    private func key(for scope: Scope) -> Scope {
        guard grants[scope] == nil else { return scope }
        let covering = grants.filter {
            $0.value.isProven && $0.key.covers(scope) && $0.key.repository == scope.repository
        }
        return covering.keys.max { ($0.words.count, $0.description) < ($1.words.count, $1.description) } ?? scope
    }

    /// The registry answered 401 to a request that carried `sent`. `credential` is what the user has for this registry.
    mutating func challenged(
        _ challenges: [AuthenticationChallenge], for scope: Scope, sent: Authorization, credential: Credential?,
        at now: ContinuousClock.Instant
    ) -> Action {
        self.credential = credential
        let bearer = challenges.first { $0.scheme == "bearer" && $0.parameters["realm"]?.isEmpty == false }
        if let bearer, let realm = bearer.parameters["realm"] {
            guard isAcceptable(realm) else { return .fail(.insecureService) }
            return bearerChallenged(
                realm: realm, service: bearer.parameters["service"], asked: bearer.parameters["scope"] ?? "",
                for: scope, sent: sent, at: now)
        }
        guard challenges.contains(where: { $0.scheme == "basic" }) else {
            return .fail(.unsupported(schemes: challenges.map(\.scheme)))
        }
        guard let value = credential?.basicAuthorization else { return .fail(.credentialsMissing) }
        guard sent != .basic(value) else { return .fail(.credentialsRejected) }
        scheme = .basic(value)
        return .send(.basic(value))
    }

    private mutating func bearerChallenged(
        realm: String, service: String?, asked: String, for scope: Scope, sent: Authorization,
        at now: ContinuousClock.Instant
    ) -> Action {
        scheme = .bearer(realm: realm, service: service)
        let key = key(for: scope)
        var grant = grants[key] ?? Grant(scope: key)
        let previous = grant.scope
        grant.scope = grant.scope.union(Scope(parsing: asked, repository: scope.repository))
        if case .bearer(let refused) = sent, grant.token?.value == refused {
            // A token that once worked has expired or was revoked, and one for too small a scope can be widened; but a
            // service that gave a token for just this and a registry that refuses it will do the same again.
            if grant.isAccepted || grant.scope != previous {
                grant.token = nil
            } else if key == scope {
                return .fail(.tokenRejected(anonymous: credential == nil))
            } else {
                // The wider token does not serve this after all.
                grants[scope] = Grant(scope: scope)
                return prepare(for: scope, at: now)
            }
        }
        grants[key] = grant
        return prepare(for: scope, at: now)
    }

    /// The registry took what a request carried.
    mutating func accepted(_ sent: Authorization, for scope: Scope) {
        let key = key(for: scope)
        guard case .bearer(let value) = sent, grants[key]?.token?.value == value else { return }
        grants[key]?.isAccepted = true
        grants[key]?.isProven = true
    }

    /// The authorization service issued a token.
    mutating func tokenReceived(_ token: BearerToken, for scope: Scope) -> Action {
        grants[scope]?.token = token
        grants[scope]?.isAccepted = false
        grants[scope]?.isFetching = false
        return .send(.bearer(token.value))
    }

    /// No token could be had. Those who await it try for themselves.
    mutating func tokenFailed(for scope: Scope) {
        grants[scope]?.isFetching = false
    }

    /// A token and the password it is issued for must not travel unprotected.
    private func isAcceptable(_ realm: String) -> Bool {
        let realm = realm.lowercased()
        return realm.hasPrefix("https://") || (allowsPlainHTTP && realm.hasPrefix("http://"))
    }
}
