internal import FoundationEssentials

/// Which requests go through which proxy, by the usual environment variables: `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`
/// and `NO_PROXY`, in capitals or small letters.
///
/// The rules are those of Go's `httpproxy` package, so that docker's users find theirs: this machine itself is never
/// reached through a proxy, `NO_PROXY` lists hosts, domains (with or without a leading dot, subdomains included),
/// addresses, networks in CIDR form, each with an optional port, or `*`.
public struct ProxySettings: Hashable, Sendable {
    /// A proxy server.
    struct Proxy: Hashable, Sendable {
        enum Kind: Hashable, Sendable {
            case http
            case socks5
        }

        var kind: Kind
        var host: String
        var port: Int
        var username: String?
        var password: Secret?
    }

    private var https: Proxy?
    private var http: Proxy?
    private var exceptions: [Exception] = []
    private var bypassesAll = false

    /// No proxy for anything.
    public init() {}

    /// The settings that `environment` holds.
    ///
    /// - Throws: `invalidConfiguration` for a proxy that cannot be used. The message does not quote its password.
    public init(environment: [String: String]) throws(TransferError) {
        func variable(_ name: String) -> (name: String, value: String)? {
            for spelling in [name, name.lowercased()] {
                if let value = environment[spelling], !value.isEmpty { return (spelling, value) }
            }
            return nil
        }
        let all = variable("ALL_PROXY")
        https = try (variable("HTTPS_PROXY") ?? all).map(Self.proxy)
        // A CGI script gets request headers as variables, "Proxy:" as HTTP_PROXY (httpoxy, CVE-2016-5385).
        let plain = environment["REQUEST_METHOD"] == nil ? variable("HTTP_PROXY") : nil
        http = try (plain ?? all).map(Self.proxy)
        for item in variable("NO_PROXY")?.value.split(separator: ",") ?? [] {
            let text = item.filter { !$0.isWhitespace }
            if text == "*" { bypassesAll = true }
            if let exception = Exception(text) { exceptions.append(exception) }
        }
    }

    /// The proxy for requests to `host` (without brackets) and `port`; nil when they go straight there.
    func proxy(host: String, port: Int, plainHTTP: Bool) -> Proxy? {
        guard let proxy = plainHTTP ? http : https, !bypassesAll, !Authority.isLoopback(host) else { return nil }
        let host = host.lowercased()
        let address = NetworkAddress(host)
        return exceptions.contains { $0.covers(host: host, address: address, port: port) } ? nil : proxy
    }

    private static func proxy(name: String, value: String) throws(TransferError) -> Proxy {
        let text = value.contains("://") ? value : "http://" + value
        guard let url = URLComponents(string: text), let scheme = url.scheme?.lowercased(), let host = url.host,
            !host.isEmpty
        else { throw TransferError(.invalidConfiguration, "the environment variable \(name) is no proxy URL") }
        let kind: Proxy.Kind
        switch scheme {
        case "http": kind = .http
        case "socks5", "socks5h": kind = .socks5
        default:
            throw TransferError(
                .invalidConfiguration,
                "the environment variable \(name) names a proxy of kind \"\(scheme)\"; only http and socks5 work")
        }
        guard kind == .http || url.user == nil else {
            throw TransferError(
                .invalidConfiguration,
                "the environment variable \(name) has a user name for a socks5 proxy, which is not supported")
        }
        let unbracketed = host.first == "[" ? String(host.dropFirst().dropLast()) : host
        return Proxy(
            kind: kind, host: unbracketed, port: url.port ?? (kind == .http ? 80 : 1080), username: url.user,
            password: url.password.map(Secret.init))
    }
}

extension ProxySettings {
    /// One item of `NO_PROXY`.
    private enum Exception: Hashable, Sendable {
        case network(NetworkAddress, length: Int)
        case address(NetworkAddress, port: Int?)
        /// A domain with its leading dot; the host of that very name is covered when `includesItself`.
        case domain(String, includesItself: Bool, port: Int?)

        init?(_ text: String) {
            let text = text.lowercased()
            if let slash = text.firstIndex(of: "/") {
                guard let network = NetworkAddress(String(text[..<slash])),
                    let length = Int(text[text.index(after: slash)...]), (0...network.bytes.count * 8).contains(length)
                else { return nil }
                self = .network(network, length: length)
                return
            }
            if let address = NetworkAddress(text) {
                self = .address(address, port: nil)
                return
            }
            guard let (host, port) = Authority.split(text) else { return nil }
            if let address = NetworkAddress(host) {
                self = .address(address, port: port)
            } else if host.hasPrefix("*.") {
                self = .domain(String(host.dropFirst()), includesItself: false, port: port)
            } else if host.hasPrefix(".") {
                self = .domain(host, includesItself: false, port: port)
            } else {
                self = .domain("." + host, includesItself: true, port: port)
            }
        }

        func covers(host: String, address: NetworkAddress?, port: Int) -> Bool {
            switch self {
            case .network(let network, let length):
                return address?.isInside(network, length: length) ?? false
            case .address(let exception, let exceptionPort):
                return exception == address && (exceptionPort == nil || exceptionPort == port)
            case .domain(let domain, let includesItself, let exceptionPort):
                guard exceptionPort == nil || exceptionPort == port else { return false }
                return host.hasSuffix(domain) || (includesItself && host == domain.dropFirst())
            }
        }
    }
}
