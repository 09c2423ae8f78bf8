import FileSystem
import Subprocess
import SystemPackage

/// An agent for private keys in files (`--ssh ID=KEY`): OpenSSH's `ssh-agent`, which reads every form of key and keeps it
/// in memory that nobody can look into.
///
/// It ends with the build, however that ends: it runs below a shell that waits for the end of its standard input, which is a
/// pipe from this process, and then kills it.
enum KeyAgent {
    /// Runs below the agent, with the keys as arguments. A signal ends `cat` and not the shell.
    private static let script = """
        trap : TERM INT HUP
        number=0
        for key; do
            ssh-add -q - <"$key" || { echo "failed $number"; kill "$SSH_AGENT_PID"; exit 1; }
            number=$((number + 1))
        done
        echo ready
        exec >/dev/null 2>&1
        cat
        kill "$SSH_AGENT_PID"
        """

    /// Starts an agent for each entry of `keys`, gives `body` their sockets, and ends them.
    ///
    /// Throws ``BuildError`` for a key that cannot be used, and what `body` throws.
    static func serve<Result: Sendable>(
        _ keys: [String: [FilePath]], in directory: FilePath,
        _ body: ([String: FilePath]) async throws -> Result
    ) async throws -> Result {
        try await serve(keys.sorted { $0.key < $1.key }[...], [:], in: directory, body)
    }

    private static func serve<Result: Sendable>(
        _ rest: ArraySlice<(key: String, value: [FilePath])>, _ sockets: [String: FilePath],
        in directory: FilePath, _ body: ([String: FilePath]) async throws -> Result
    ) async throws -> Result {
        guard let (id, files) = rest.first else { return try await body(sockets) }
        // Relative to the directory: an address has room for 107 bytes.
        let name = "agent-\(sockets.count)"
        var options = PlatformOptions()
        // The terminal's signals are for this process.
        options.createSession = true
        options.teardownSequence = [
            .send(signal: .terminate, toProcessGroup: true, allowedDurationToNextStep: .seconds(2))
        ]
        do {
            return try await Subprocess.run(
                .name("ssh-agent"),
                arguments: Arguments(["-a", name, "sh", "-c", script, "sh"] + files.map(\.string)),
                environment: .inherit.updating(["SSH_ASKPASS_REQUIRE": "never", "LC_ALL": "C"]),
                workingDirectory: directory, platformOptions: options, input: .inputWriter, output: .sequence,
                error: .combinedWithOutput
            ) { agent in
                var words = ""
                for try await part in agent.standardOutput {
                    words += unsafe part.withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
                }
                guard words.hasSuffix("ready\n") else { throw refusal(of: files, id, words) }
                var sockets = sockets
                sockets[id] = directory.appending(name)
                let result = try await serve(rest.dropFirst(), sockets, in: directory, body)
                try await agent.standardInputWriter.finish()
                return result
            }.closureResult
        } catch let error as SubprocessError where error.code == .executableNotFound {
            throw BuildError(
                .invalidOption, "--ssh \(id): private keys need the program ssh-agent, which is not installed",
                help: "install openssh-client, or give the socket of an agent: --ssh \(id)=SOCKET")
        }
    }

    /// What the tools said, as an error about the key that it is about.
    static func refusal(of files: [FilePath], _ id: String, _ words: String) -> BuildError {
        let lines = words.split(separator: "\n")
        let number = lines.last.flatMap { $0.split(separator: " ").last }.flatMap { Int($0) }
        let file = number.flatMap { files.indices.contains($0) ? files[$0] : nil }
        guard let file else {
            return BuildError(
                .processNotStarted, "--ssh \(id): cannot start ssh-agent: \(lines.joined(separator: "; "))")
        }
        if words.contains("passphrase") {
            return BuildError(
                .invalidOption, "--ssh \(id): the private key \(file) is encrypted with a passphrase",
                help: "add it to an agent (ssh-add \(file)), and give that to the build: --ssh \(id)")
        }
        return BuildError(
            .invalidOption, "--ssh \(id): \(file) is no private key that ssh-add can read",
            help: "give a private key (not the .pub file), or the socket of an agent")
    }
}
