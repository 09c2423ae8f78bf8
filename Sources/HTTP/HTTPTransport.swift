internal import AsyncHTTPClient
internal import FoundationEssentials
internal import NIOCore
internal import NIOHTTP1
internal import NIOSSL
internal import Synchronization

/// Sends single HTTP requests and turns what goes wrong with them into a `TransferError`. It follows no redirect,
/// authenticates nobody and tries nothing twice: those are decisions of its caller.
public final class HTTPTransport: Sendable {
    /// What is asked of a server.
    public struct Request: Sendable {
        /// What is to be done.
        public enum Method: String, Sendable {
            case get = "GET"
            case head = "HEAD"
            case post = "POST"
            case put = "PUT"
            case patch = "PATCH"
            case delete = "DELETE"
        }

        /// What is to be done.
        public var method: Method
        /// Where; `http` or `https`.
        public var url: String
        /// Headers beside those that every request has.
        public var headers: [(name: String, value: String)]
        /// The value of `Authorization`.
        public var authorization: Secret?
        /// What is sent along; nil for nothing.
        public var body: RequestBody?
        /// Whom to trust, where the connection is one of TLS.
        public var tls: TLSSettings
        /// Whether bytes are brought to a server, which takes them as fast as the line is, and its time to keep them.
        public var isUpload = false

        /// A request of the given parts.
        public init(
            method: Method = .get, url: String, headers: [(name: String, value: String)] = [],
            authorization: Secret? = nil, body: RequestBody? = nil, tls: TLSSettings = TLSSettings()
        ) {
            self.method = method
            self.url = url
            self.headers = headers
            self.authorization = authorization
            self.body = body
            self.tls = tls
        }
    }

    /// What the library has in a client's configuration, so that there is one for each.
    fileprivate struct ClientKey: Hashable, Sendable {
        var proxy: ProxySettings.Proxy?
        var tls: TLSSettings
        var isUpload: Bool
    }

    private struct Clients: Sendable {
        var byKey: [ClientKey: HTTPClient] = [:]
        var isShutDown = false
    }

    private let configuration: HTTPConfiguration
    private let clients = Mutex(Clients())

    /// A transport that opens no connection before it is used.
    public init(configuration: HTTPConfiguration) { self.configuration = configuration }

    deinit {
        // Nobody is left to tell if closing idle connections fails.
        for client in takeClients().values { client.shutdown { _ in } }
    }

    /// Closes all connections; every later request fails as canceled.
    public func shutdown() async {
        for client in takeClients().values {
            // The only error is that requests were still running, which ended them.
            try? await client.shutdown()
        }
    }

    private func takeClients() -> [ClientKey: HTTPClient] {
        clients.withLock { clients in
            defer { clients.byKey = [:] }
            clients.isShutDown = true
            return clients.byKey
        }
    }

    /// Sends `request` and returns as soon as the head of the answer is there.
    public func send(_ request: Request) async throws(TransferError) -> HTTPResponse {
        guard let url = URL(string: request.url), let origin = Redirect.origin(of: url) else {
            throw TransferError(.invalidConfiguration, "invalid URL")
        }
        let proxy = configuration.proxies.proxy(
            host: origin.host, port: origin.port, plainHTTP: origin.scheme == "http")
        guard let client = try client(for: ClientKey(proxy: proxy, tls: request.tls, isUpload: request.isUpload))
        else {
            throw TransferError(.canceled, "the build is over")
        }
        var message = HTTPClientRequest(url: request.url)
        message.method = HTTPMethod(rawValue: request.method.rawValue)
        message.headers.add(name: "User-Agent", value: "slipway")
        for (name, value) in request.headers { message.headers.add(name: name, value: value) }
        if let authorization = request.authorization {
            message.headers.add(name: "Authorization", value: authorization.exposed)
        }
        try request.body?.attach(to: &message)
        let failure = TransportFailure(host: origin.host, proxy: proxy?.host)
        do {
            // The library counts the time in which a body is sent as well; a connection that stalls meanwhile has a limit
            // of its own.
            let deadline: NIODeadline =
                request.isUpload ? .distantFuture : .now() + TimeAmount(configuration.readTimeout)
            let response = try await client.execute(message, deadline: deadline)
            return HTTPResponse(response, url: request.url, failure: failure)
        } catch {
            throw failure.error(for: error)
        }
    }

    private func client(for key: ClientKey) throws(TransferError) -> HTTPClient? {
        try clients.withLock { clients throws(TransferError) in
            guard !clients.isShutDown else { return nil }
            if let client = clients.byKey[key] { return client }
            let client = HTTPClient(
                eventLoopGroupProvider: .singleton,
                configuration: try HTTPClient.Configuration(configuration, key))
            clients.byKey[key] = client
            return client
        }
    }
}

extension HTTPClient.Configuration {
    fileprivate init(
        _ configuration: HTTPConfiguration, _ key: HTTPTransport.ClientKey
    ) throws(TransferError) {
        // Requests wait for a free connection only as long as for a new one, so there must always be one: how many
        // run at a time is limited above.
        var pool = ConnectionPool(idleTimeout: .seconds(30), concurrentHTTP1ConnectionsPerHostSoftLimit: 256)
        // The library would go on connecting until the timeout, also where the connection is refused.
        pool.retryConnectionEstablishment = false
        self.init(
            tlsConfiguration: try TLSConfiguration(configuration, key.tls), redirectConfiguration: .disallow,
            timeout: Timeout(
                connect: TimeAmount(configuration.connectTimeout),
                read: TimeAmount(key.isUpload ? configuration.uploadTimeout : configuration.readTimeout),
                write: TimeAmount(configuration.readTimeout)),
            connectionPool: pool, proxy: key.proxy.map(Proxy.init), decompression: .disabled)
        // HTTP/2 where the server offers it.
        httpVersion = .automatic
    }
}

extension HTTPClient.Configuration.Proxy {
    fileprivate init(_ proxy: ProxySettings.Proxy) {
        switch proxy.kind {
        case .socks5: self = .socksServer(host: proxy.host, port: proxy.port)
        case .http:
            let authorization = proxy.username.map { username in
                HTTPClient.Authorization.basic(username: username, password: proxy.password?.exposed ?? "")
            }
            self = .server(host: proxy.host, port: proxy.port, authorization: authorization)
        }
    }
}
