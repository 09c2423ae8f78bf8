internal import HTTP
internal import OCI

/// Does what `Authentication` decides for one registry: reads credentials, fetches tokens, lets requests wait for them.
actor Authenticator {
    private let endpoint: RegistryEndpoint
    private let credentials: CredentialStore
    private let connection: RegistryConnection
    private let retries: RetryPolicy
    private var state: Authentication
    /// What was last found for a repository: a helper is a program to run.
    private var known: [String: Credential?] = [:]
    private var waiters: [Authentication.Scope: [CheckedContinuation<Void, Never>]] = [:]

    init(endpoint: RegistryEndpoint, configuration: RegistryConfiguration, connection: RegistryConnection) {
        self.endpoint = endpoint
        self.connection = connection
        credentials = configuration.credentials
        retries = configuration.http.retries
        state = Authentication(allowsPlainHTTP: endpoint.allowsPlainHTTP)
    }

    /// What a request that is about to be sent must carry.
    ///
    /// - Throws: `unauthorized`, and what fetching a token throws.
    func authorization(
        for scope: Authentication.Scope
    ) async throws(RegistryError) -> Authentication.Authorization {
        try await carryOut(state.prepare(for: scope, at: .now), for: scope)
    }

    /// What a request must carry that was answered with 401 and these challenges.
    ///
    /// - Throws: `unauthorized`, and what reading credentials or fetching a token throws.
    func answer(
        to challenges: [AuthenticationChallenge], for scope: Authentication.Scope,
        sent: Authentication.Authorization
    ) async throws(RegistryError) -> Authentication.Authorization {
        let credential = try await credential(for: scope)
        known[scope.repository] = .some(credential)
        let action = state.challenged(challenges, for: scope, sent: sent, credential: credential, at: .now)
        return try await carryOut(action, for: scope)
    }

    /// Whether the registry ever asked who asks.
    var isChallenged: Bool { state.isChallenged }

    /// The registry took what a request carried.
    func accepted(_ sent: Authentication.Authorization, for scope: Authentication.Scope) {
        state.accepted(sent, for: scope)
    }

    private func credential(for scope: Authentication.Scope) async throws(RegistryError) -> Credential? {
        try await credentials.credential(registry: endpoint.name, repository: scope.repository)
    }

    private func carryOut(
        _ first: Authentication.Action, for scope: Authentication.Scope
    ) async throws(RegistryError) -> Authentication.Authorization {
        var action = first
        while true {
            switch action {
            case .send(let authorization): return authorization
            case .fail(let refusal): throw Self.error(for: refusal, endpoint: endpoint, scope: scope)
            case .awaitToken(let key):
                await withCheckedContinuation { waiters[key, default: []].append($0) }
                guard !Task.isCancelled else { throw RegistryError(.canceled, "the request was canceled") }
                action = state.prepare(for: scope, at: .now)
            case .fetchToken(var request, for: let key):
                defer { for waiter in waiters.removeValue(forKey: key) ?? [] { waiter.resume() } }
                do {
                    // The decision knows one credential only; another repository may have another.
                    if known[scope.repository] == nil { known[scope.repository] = try await credential(for: scope) }
                    request.credential = known[scope.repository] ?? nil
                    action = state.tokenReceived(try await fetch(request, for: scope), for: key)
                } catch {
                    state.tokenFailed(for: key)
                    throw error
                }
            }
        }
    }

    private func fetch(
        _ request: TokenRequest, for scope: Authentication.Scope
    ) async throws(RegistryError) -> BearerToken {
        try await withRetries(retries) { () async throws(RegistryError) -> BearerToken in
            let response = try await connection.send(
                HTTPTransport.Request(
                    method: request.form == nil ? .get : .post, url: request.url,
                    headers: [("Accept", "application/json")],
                    authorization: request.form == nil ? request.credential?.basicAuthorization : nil,
                    body: request.form.map { .form($0) }))
            switch response.status {
            case 200:
                return try BearerToken(parsing: await response.bytes(limit: 1 << 20, of: "a token"), at: .now)
            case 400, 401, 403:
                await response.discard()
                throw Self.error(
                    for: request.credential == nil ? .credentialsMissing : .credentialsRejected, endpoint: endpoint,
                    scope: scope)
            default: throw await response.registryFailure("the authorization service", subject: "a token")
            }
        }
    }

    private static func error(
        for refusal: Authentication.Refusal, endpoint: RegistryEndpoint, scope: Authentication.Scope
    ) -> RegistryError {
        let repository = endpoint.name + (scope.repository.isEmpty ? "" : "/" + scope.repository)
        // Without a name it means Docker Hub.
        let login = "slipway login" + (endpoint.name == ImageReference.defaultRegistry ? "" : " \(endpoint.name)")
        let message =
            switch refusal {
            case .credentialsMissing: "\(repository) needs a login: run `\(login)` first"
            case .credentialsRejected where scope.repository.isEmpty:
                "\(endpoint.name) rejects the user name and password"
            case .credentialsRejected:
                "\(endpoint.name) rejects the stored user name and password: run `\(login)` again"
            case .tokenRejected where scope.repository.isEmpty:
                "\(endpoint.name) does not accept the token of its own authorization service"
            case .tokenRejected(anonymous: true):
                "\(endpoint.name) denies access to \(repository): "
                    + "it does not exist, or it needs a login (`\(login)`)"
            case .tokenRejected(anonymous: false):
                "\(endpoint.name) denies access to \(repository): "
                    + "it does not exist, or the stored login may not use it"
            case .unsupported(let schemes):
                schemes.isEmpty
                    ? "\(endpoint.name) denies access to \(repository) and does not say how to log in"
                    : "\(endpoint.name) wants a kind of login that is not supported"
            case .insecureService: "\(endpoint.name) wants the login to be sent over an unprotected connection"
            }
        return RegistryError(.unauthorized, message)
    }
}
