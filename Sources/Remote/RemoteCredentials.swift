internal import Dockerfile
internal import FoundationEssentials
internal import HTTP
public import SystemPackage

/// What a fetch may show to servers: the secrets of a build, and an agent for ssh.
public struct RemoteCredentials: Sendable {
    /// The secret of an id; nil where there is none.
    public var secret: @Sendable (String) throws -> [UInt8]?
    /// The socket of an ssh agent.
    public var agent: FilePath?

    /// Credentials of the given parts.
    public init(agent: FilePath? = nil, secret: @escaping @Sendable (String) throws -> [UInt8]?) {
        self.agent = agent
        self.secret = secret
    }

    /// No credentials.
    public static let none = RemoteCredentials { _ in nil }

    /// The value of `Authorization` for a download: of the secret `HTTP_AUTH_TOKEN_<host>`, else `HTTP_AUTH_HEADER_<host>`.
    func authorization(host: String) throws(TransferError) -> Secret? {
        if let token = try text("HTTP_AUTH_TOKEN_" + host) { return Secret("Bearer " + token) }
        return try text("HTTP_AUTH_HEADER_" + host).map(Secret.init)
    }

    /// The value of `Authorization` for a repository: of the secret `GIT_AUTH_HEADER` or `GIT_AUTH_TOKEN`, where those
    /// whose ids end in `.<host>` come first.
    func authorization(git address: GitAddress) throws(TransferError) -> Secret? {
        let hosts = (address.host.map { ["." + $0] } ?? []) + [""]
        for host in hosts {
            if let header = try text("GIT_AUTH_HEADER" + host) { return Secret(header) }
            if let token = try text("GIT_AUTH_TOKEN" + host) {
                return Secret("basic " + Data("x-access-token:\(token)".utf8).base64EncodedString())
            }
        }
        return nil
    }

    /// A secret as text, without line breaks at its end: most come from files.
    private func text(_ id: String) throws(TransferError) -> String? {
        let bytes: [UInt8]?
        do { bytes = try secret(id) } catch {
            throw TransferError(.invalidConfiguration, "cannot read the secret \(id): \(error)", cause: error)
        }
        guard var bytes else { return nil }
        while let last = bytes.last, last == UInt8(ascii: "\n") || last == UInt8(ascii: "\r") { bytes.removeLast() }
        guard bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            throw TransferError(.invalidConfiguration, "the secret \(id) has characters that no HTTP header may have")
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
