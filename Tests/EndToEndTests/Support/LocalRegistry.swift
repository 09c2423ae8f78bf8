import FoundationEssentials
import Glibc
import SystemPackage

/// Debian's docker-registry on a loopback port, with its files in a workspace.
enum LocalRegistry {
    /// Runs a registry beside `body`, which gets its `host:port`.
    static func use(in work: Workspace, _ body: @Sendable @escaping (String) async throws -> Void) async throws {
        let address = "127.0.0.1:\(try freePort())"
        let configuration = """
            version: 0.1
            storage:
              filesystem:
                rootdirectory: \(work.root)/registry
              delete:
                enabled: true
            http:
              addr: \(address)
            """
        try File.write(configuration, to: work.root.appending("registry.yml"))
        let command = Command(program: "docker-registry", arguments: ["serve", "\(work.root)/registry.yml"])
        _ = try await command.run { process in
            // Ended here, whatever the body's end; its own error is the one that counts.
            defer { process.send(SIGKILL) }
            try await process.waitForError("listening on")
            try await body(address)
        }
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
