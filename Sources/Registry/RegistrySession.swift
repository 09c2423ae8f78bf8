internal import HTTP
internal import OCI

/// Requests to one registry: authenticated, following redirects, tried again when they fail for a passing reason.
final class RegistrySession: Sendable {
    let endpoint: RegistryEndpoint
    private let connection: RegistryConnection
    private let authenticator: Authenticator
    private let scheme: RegistryScheme
    let retries: RetryPolicy

    init(endpoint: RegistryEndpoint, configuration: RegistryConfiguration, transport: HTTPTransport) {
        self.endpoint = endpoint
        connection = RegistryConnection(endpoint: endpoint, transport: transport)
        authenticator = Authenticator(endpoint: endpoint, configuration: configuration, connection: connection)
        scheme = RegistryScheme(endpoint: endpoint, connection: connection)
        retries = configuration.http.retries
    }

    /// Whether the registry ever asked who asks.
    var isChallenged: Bool {
        get async { await authenticator.isChallenged }
    }

    /// As many challenges are answered for one request.
    private static let maximumChallenges = 3

    /// Sends `request` and hands a successful answer to `consume`. When that fails for a passing reason, such as a
    /// connection that broke, the request is sent again and `consume` starts anew.
    func perform<Result>(
        _ request: RegistryRequest, _ consume: (HTTPResponse) async throws(RegistryError) -> Result
    ) async throws(RegistryError) -> Result {
        try await withRetries(retries) { () async throws(RegistryError) -> Result in
            let response = try await answer(to: request)
            guard request.success.contains(response.status) else {
                throw await response.registryFailure(response.host, subject: request.subject)
            }
            return try await consume(response)
        }
    }

    /// Sends `request` once and returns the answer, whatever its status.
    func answer(to request: RegistryRequest) async throws(RegistryError) -> HTTPResponse {
        let plainHTTP = try await scheme.isPlainHTTP()
        let registry = endpoint.url("/v2/", plainHTTP: plainHTTP)
        let url: String
        var isRegistry = true
        switch request.target {
        case .path(let path): url = endpoint.url(path, plainHTTP: plainHTTP)
        case .url(let given):
            // An upload may go to another server than the registry, which must not see the credentials.
            let redirect = try Redirect(from: registry, location: given)
            (url, isRegistry) = (redirect.url, redirect.isSameOrigin)
        }
        return try await answer(to: request, at: url, isRegistry: isRegistry)
    }

    /// The absolute form of a `Location` that the registry named.
    func location(of response: HTTPResponse) throws(RegistryError) -> String {
        guard let value = response.value(of: "Location") else {
            throw RegistryError(.invalidResponse, "\(endpoint.host) does not say where an upload goes")
        }
        return try Redirect(from: response.url, location: value).url
    }

    private func answer(
        to request: RegistryRequest, at url: String, isRegistry: Bool
    ) async throws(RegistryError) -> HTTPResponse {
        guard isRegistry else {
            return try await follow(request, from: url, authorization: .none, isRegistry: false).response
        }
        var authorization = try await authenticator.authorization(for: request.scope)
        var challenges = 0
        while true {
            let (response, isRegistry) = try await follow(
                request, from: url, authorization: authorization, isRegistry: true)
            guard response.status == 401, isRegistry, challenges < Self.maximumChallenges else {
                if response.status != 401 { await authenticator.accepted(authorization, for: request.scope) }
                return response
            }
            challenges += 1
            let offers = AuthenticationChallenge.parse(headers: response.values(of: "WWW-Authenticate"))
            await response.discard()
            authorization = try await authenticator.answer(to: offers, for: request.scope, sent: authorization)
        }
    }

    /// Sends the request and follows redirects. The credentials stay with the registry: a blob is often at a content
    /// delivery network, which needs none and must not see them.
    private func follow(
        _ request: RegistryRequest, from start: String, authorization: Authentication.Authorization, isRegistry: Bool
    ) async throws(RegistryError) -> (response: HTTPResponse, isRegistry: Bool) {
        var url = start
        var isRegistry = isRegistry
        for _ in 0...Redirect.maximum {
            var message = HTTPTransport.Request(
                method: request.method, url: url,
                headers: request.accept.map { ("Accept", $0.rawValue) } + request.headers,
                authorization: isRegistry ? authorization.header : nil, body: request.body)
            message.isUpload = request.isUpload
            let response = try await connection.send(message)
            guard Redirect.isRedirect(status: response.status) else { return (response, isRegistry) }
            let redirect = try Redirect(from: url, location: response.value(of: "Location"))
            await response.discard()
            url = redirect.url
            isRegistry = isRegistry && redirect.isSameOrigin
        }
        throw RegistryError(
            .invalidResponse, "\(endpoint.host) redirects more than \(Redirect.maximum) times for \(request.subject)")
    }
}
