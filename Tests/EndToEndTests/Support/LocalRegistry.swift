import FoundationEssentials
import Glibc
import SystemPackage

/// Debian's docker-registry on a loopback port, with its files in a workspace.
enum LocalRegistry {
    /// Who may do everything, and who may only pull where tokens decide; they have one password.
    static let user = "ada"
    static let reader = "reader"
    static let password = "s3cret"
    /// What the token server takes for the user in place of the password.
    static let identityToken = "1dentity-of-ada"
    /// bcrypt of the password, at the lowest cost.
    private static let passwords = "ada:$2b$04$rYuh3.wLo5B6lOE3aFJo8ONbdhlttM2VyFUK7RU2oL/BLjw/Zp3yO\n"

    /// Who may use a registry.
    enum Access: Sendable {
        case anybody
        /// Who knows the password.
        case password
        /// Who has a token of that server.
        case token(TokenServer)
    }

    /// TLS: who certifies the server, and whether clients need a certificate of the same authority.
    struct TLS: Sendable {
        var authority: LocalAuthority
        var asksClients = false
    }

    /// Runs a registry beside `body`, which gets its `host:port`.
    ///
    /// - Parameters:
    ///   - host: `127.0.0.1` or another name of this machine.
    ///   - storage: the directory of the workspace that holds its blobs; registries may share one.
    /// - Returns: The registry's log of requests.
    @discardableResult
    static func use(
        in work: Workspace, host: String = "127.0.0.1", access: Access = .anybody, tls: TLS? = nil,
        storage: String = "registry", _ body: @Sendable @escaping (String) async throws -> Void
    ) async throws -> String {
        let port = try freePort()
        let place = work.root.appending("registry-\(port)")
        try File.directory(place)
        var configuration = """
            version: 0.1
            storage:
              filesystem:
                rootdirectory: \(work.root)/\(storage)
              delete:
                enabled: true
            http:
              addr: 127.0.0.1:\(port)

            """
        if let tls {
            let pair = try await tls.authority.issue("registry-\(port)", for: ["127.0.0.1", "localhost", host])
            configuration += """
                  tls:
                    certificate: \(pair.certificate)
                    key: \(pair.key)
                \(tls.asksClients ? "    clientcas: [\(tls.authority.certificate)]" : "")

                """
        }
        switch access {
        case .anybody: break
        case .password:
            try File.write(passwords, to: place.appending("htpasswd"))
            configuration += """
                auth:
                  htpasswd:
                    realm: the registry of the tests
                    path: \(place)/htpasswd

                """
        case .token(let server):
            configuration += """
                auth:
                  token:
                    realm: \(server.realm)
                    service: \(server.service)
                    issuer: \(server.issuer)
                    rootcertbundle: \(server.certificate)

                """
        }
        try File.write(configuration, to: place.appending("registry.yml"))
        let command = Command(program: "docker-registry", arguments: ["serve", "\(place)/registry.yml"])
        let outcome = try await command.run { process in
            // Ended here, whatever the body's end; its own error is the one that counts.
            defer { process.send(SIGKILL) }
            try await process.waitForError("listening on")
            try await body("\(host):\(port)")
        }
        return outcome.text
    }

    /// A port that nobody listens on now.
    static func freePort() throws -> UInt16 {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard socket >= 0 else { throw Errno(rawValue: errno) }
        defer { close(socket) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, length) == 0 ? getsockname(socket, $0, &length) : -1
            }
        }
        guard result == 0 else { throw Errno(rawValue: errno) }
        return UInt16(bigEndian: address.sin_port)
    }
}
