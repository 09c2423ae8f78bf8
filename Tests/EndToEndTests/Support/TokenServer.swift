import FoundationEssentials
import Glibc
import SystemPackage

/// The authorization service of the tests, `token-server.py`, on a loopback port. Its users are those of `LocalRegistry`.
struct TokenServer: Sendable {
    /// What a registry names in its challenges.
    var realm: String
    var service = "the registry of the tests"
    var issuer = "the token server of the tests"
    /// The certificate whose key signs the tokens.
    var certificate: FilePath
    private var log: FilePath

    /// A request for a token that was answered.
    struct Request: Hashable, Sendable, Decodable {
        var method: String
        /// Such as `repository:team/app:pull,push`.
        var scopes: [String]
        var service: String
        var account: String
        /// `refresh_token`, `password`, or nothing.
        var grant: String
        /// Whom the server took the client for; empty for nobody in particular.
        var user: String
        var status: Int
    }

    /// The requests until now.
    func requests() throws -> [Request] {
        guard File.exists(log) else { return [] }
        return try File.text(log).split(separator: "\n").map {
            try JSONDecoder().decode(Request.self, from: Data($0.utf8))
        }
    }

    /// Runs a server beside `body`.
    ///
    /// - Parameters:
    ///   - lifetimes: for how many seconds the registry takes the first, second, … token; the last goes for all others.
    ///   - announced: the lifetime that clients are told, in seconds, where that is not the true one: a client that is
    ///     told more meets a 401 in the middle of its work.
    ///   - authority: who certifies the server, which then speaks TLS.
    static func use(
        in work: Workspace, lifetimes: [Int] = [300], announced: Int? = nil, authority: LocalAuthority? = nil,
        _ body: @Sendable @escaping (TokenServer) async throws -> Void
    ) async throws {
        let port = try LocalRegistry.freePort()
        let place = work.root.appending("token-server-\(port)")
        let signer = try await LocalAuthority.make(in: place)
        var configuration = Configuration(
            port: port, lifetimes: lifetimes, announced: announced, certificate: signer.certificate.string,
            key: signer.key.string, log: place.appending("log").string)
        if let authority {
            let pair = try await authority.issue("token-server", for: ["127.0.0.1", "localhost"])
            configuration.tls = ["certificate": pair.certificate.string, "key": pair.key.string]
        }
        let server = TokenServer(
            realm: "\(authority == nil ? "http" : "https")://127.0.0.1:\(port)/token", certificate: signer.certificate,
            log: place.appending("log"))
        configuration.service = server.service
        configuration.issuer = server.issuer
        let file = place.appending("configuration.json")
        try File.write(
            String(decoding: try JSONEncoder().encode(configuration), as: UTF8.self), to: file, mode: 0o600)
        let script = Repository.top.appending("Tests/EndToEndTests/Support/token-server.py").string
        let command = Command(program: "/usr/bin/python3", arguments: [script, file.string])
        _ = try await command.run { process in
            // Ended here, whatever the body's end; its own error is the one that counts.
            defer { process.send(SIGKILL) }
            try await process.waitForError("listening")
            try await body(server)
        }
    }

    private struct Configuration: Encodable {
        struct User: Encodable {
            var password: String
            var identity: String
            var actions: [String]
        }

        var port: UInt16
        var lifetimes: [Int]
        var announced: Int?
        var certificate: String
        var key: String
        var log: String
        var service = ""
        var issuer = ""
        var tls: [String: String]?
        var users = [
            LocalRegistry.user: User(
                password: LocalRegistry.password, identity: LocalRegistry.identityToken,
                actions: ["pull", "push", "delete"]),
            LocalRegistry.reader: User(
                password: LocalRegistry.password, identity: "no-identity-of-a-reader", actions: ["pull"]),
        ]
    }
}
