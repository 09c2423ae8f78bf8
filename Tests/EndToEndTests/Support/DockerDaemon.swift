import FoundationEssentials
import Glibc
import Subprocess
import SystemPackage
import Testing

/// Debian's dockerd, without a network, for containers in which Slipway runs. It needs root.
struct DockerDaemon: Sendable {
    private let socket: FilePath

    /// An image of directories alone: `/usr` is the machine's, and so are all programs and libraries.
    private static let image = "slipway-host:1"

    /// Runs a daemon beside `body`, with its files in the workspace.
    static func use(in work: Workspace, _ body: @Sendable @escaping (DockerDaemon) async throws -> Void) async throws {
        let place = work.root.appending("docker")
        try File.directory(place)
        let daemon = DockerDaemon(socket: place.appending("socket"))
        let command = Command(
            program: "dockerd",
            arguments: [
                "--host", "unix://\(daemon.socket)", "--data-root", "\(place)/data", "--exec-root", "\(place)/run",
                "--pidfile", "\(place)/pid", "--iptables=false", "--ip6tables=false", "--bridge=none",
            ], directory: place, limit: .seconds(500))
        // Ended by a signal, which is its way to end.
        let result: Result<Void, any Error>
        do {
            _ = try await command.run { running in
                defer { running.send(SIGTERM) }
                try await daemon.waitUntilUp()
                try await daemon.makeImage(in: place)
                try await body(daemon)
            }
            result = .success(())
        } catch { result = .failure(error) }
        // What it mounts for containers that have the machine's network.
        let network = place.appending("run/netns/default")
        if File.exists(network) { _ = try await work.tool("umount", network.string) }
        try result.get()
    }

    /// Waits until it answers, a minute at most.
    private func waitUntilUp() async throws {
        let end = ContinuousClock.now + .seconds(60)
        while (try? await docker(["version"])) == nil {
            guard ContinuousClock.now < end else { throw TestFailure("dockerd does not start") }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    /// Runs a docker command, which has to succeed.
    @discardableResult
    func docker(_ arguments: [String]) async throws -> Command.Outcome {
        let outcome = try await Command(program: "docker", arguments: ["--host", "unix://\(socket)"] + arguments).run()
        guard outcome.status == 0 else { throw TestFailure("docker \(arguments): \(outcome.transcript)") }
        return outcome
    }

    /// Runs a command in a container with `flags`. The workspace is where it is outside, read-only but for `writable`.
    func run(
        _ flags: [String], in work: Workspace, network: String = "none", writable: FilePath, _ command: [String]
    ) async throws -> Command.Outcome {
        let binary = try await Binary.path()
        var arguments = ["--host", "unix://\(socket)", "run", "--rm", "--network", network]
        for path in try await Self.libraries(of: binary) { arguments += ["--volume", "\(path):\(path):ro"] }
        for path in [work.context, work.base] { arguments += ["--volume", "\(path):\(path):ro"] }
        arguments += ["--volume", "\(binary):/slipway:ro", "--volume", "\(writable):\(writable)"]
        return try await Command(
            program: "docker", arguments: arguments + flags + [Self.image] + command, limit: .seconds(200)
        ).run()
    }

    private func makeImage(in place: FilePath) async throws {
        let script = """
            set -eu
            cd "$1" && mkdir -p root/etc root/tmp root/usr root/proc root/sys root/dev
            for name in bin sbin lib lib64; do ln -s "usr/$name" "root/$name"; done
            echo 'root:x:0:0:root:/tmp:/bin/sh' >root/etc/passwd
            echo 'root:x:0:' >root/etc/group
            cp /etc/ld.so.cache root/etc/
            chmod 1777 root/tmp
            tar -C root -c . | docker --host "unix://$2" import - "$3"
            """
        let outcome = try await Command(
            program: "sh", arguments: ["-c", script, "sh", place.string, socket.string, Self.image]
        ).run()
        guard outcome.status == 0 else { throw TestFailure("no image: \(outcome.transcript)") }
    }

    /// The directories that a program needs to start: `/usr`, and where a toolchain has its libraries.
    private static func libraries(of program: String) async throws -> [String] {
        let listed = try await Command(program: "ldd", arguments: [program]).run().text
        var directories: Set<String> = ["/usr"]
        for word in listed.split(whereSeparator: \.isWhitespace) where word.hasPrefix("/") {
            let path = FilePath(String(word)).removingLastComponent().string
            if !["/usr", "/lib", "/lib64"].contains(where: path.hasPrefix) { directories.insert(path) }
        }
        return directories.sorted()
    }
}
