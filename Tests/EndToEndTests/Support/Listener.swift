import Glibc
import SystemPackage

/// A process beside a test that listens on a TCP port and on an abstract Unix socket.
struct Listener: Sendable {
    var port: UInt16
    /// The abstract socket's name.
    var name: String

    /// Runs one beside `body`.
    static func use(
        on address: String, _ body: @Sendable @escaping (Listener) async throws -> Void
    ) async throws {
        let listener = Listener(
            port: try LocalRegistry.freePort(), name: "slipway-\(UInt64.random(in: 0 ... .max))")
        let script = """
            import os, socket, sys, time
            tcp = socket.create_server((sys.argv[1], int(sys.argv[2])))
            abstract = socket.socket(socket.AF_UNIX)
            abstract.bind("\\0" + sys.argv[3])
            abstract.listen()
            print("listening", file=sys.stderr, flush=True)
            while True:
                connection, _ = tcp.accept()
                connection.close()
            """
        let command = Command(
            program: "/usr/bin/python3", arguments: ["-c", script, address, "\(listener.port)", listener.name])
        _ = try await command.run { process in
            // Ended here, whatever the body's end; its own error is the one that counts.
            defer { process.send(SIGKILL) }
            try await process.waitForError("listening")
            try await body(listener)
        }
    }
}
