internal import HTTP
internal import OCI

/// A request to a registry's API.
struct RegistryRequest: Sendable {
    var method = HTTPTransport.Request.Method.get
    /// Begins with `/v2/`.
    var path: String
    /// Media types that are welcome.
    var accept: [MediaType] = []
    /// What a token must allow.
    var scope: Authentication.Scope
    /// What is asked for, in words, for errors.
    var subject: String
}

/// Requests to one registry: authenticated, following redirects, tried again when they fail for a passing reason.
final class RegistrySession: Sendable {
    let endpoint: RegistryEndpoint
    private let transport: HTTPTransport
    private let authenticator: Authenticator
    private let scheme: RegistryScheme
    private let retries: RetryPolicy

    init(endpoint: RegistryEndpoint, configuration: RegistryConfiguration, transport: HTTPTransport) {
        self.endpoint = endpoint
        self.transport = transport
        authenticator = Authenticator(endpoint: endpoint, configuration: configuration, transport: transport)
        scheme = RegistryScheme(endpoint: endpoint, transport: transport)
        retries = configuration.http.retries
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
            guard response.status == 200 else {
                throw await response.registryFailure(response.host, subject: request.subject)
            }
            return try await consume(response)
        }
    }

    private func answer(to request: RegistryRequest) async throws(RegistryError) -> HTTPResponse {
        let plainHTTP = try await scheme.isPlainHTTP()
        let url = endpoint.url(request.path, plainHTTP: plainHTTP)
        var authorization = try await authenticator.authorization(for: request.scope)
        var challenges = 0
        while true {
            let (response, isRegistry) = try await follow(request, from: url, authorization: authorization)
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
        _ request: RegistryRequest, from start: String, authorization: Authentication.Authorization
    ) async throws(RegistryError) -> (response: HTTPResponse, isRegistry: Bool) {
        var url = start
        var isRegistry = true
        for _ in 0...Redirect.maximum {
            let response = try await transport.send(
                HTTPTransport.Request(
                    method: request.method, url: url,
                    headers: request.accept.map { ("Accept", $0.rawValue) },
                    authorization: isRegistry ? authorization.header : nil))
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
