import SystemPackage

/// One `--ssh`.
struct AgentSpecification: Equatable, Sendable {
    var id: String
    /// Sockets or private keys, as they were written; never empty.
    var paths: [FilePath]
    /// Whether a process may send the socket whatever it likes.
    var isRaw = false

    /// Reads `default`, `ID`, `ID=SOCKET[,raw=true]` or `ID=KEY[,KEY…]`. Without a path, the agent of the environment's
    /// `SSH_AUTH_SOCK` is meant.
    init(parsing text: String, environment: [String: String]) throws(CommandLineError) {
        let pair = text.splitOnce("=")
        id = pair.before.isEmpty ? "default" : pair.before
        paths = []
        for part in pair.after?.split(separator: ",", omittingEmptySubsequences: true) ?? [] {
            let option = String(part).splitOnce("=")
            guard option.before == "raw", let value = option.after else {
                paths.append(FilePath(String(part)))
                continue
            }
            guard let flag = GoBoolean.parse(value) else {
                throw CommandLineError("--ssh: raw=\(value) is neither true nor false")
            }
            isRaw = flag
        }
        guard !isRaw || paths.count == 1 else {
            throw CommandLineError("--ssh: raw mode must supply exactly one socket path for \"\(id)\"")
        }
        guard paths.isEmpty else { return }
        guard let socket = environment["SSH_AUTH_SOCK"], !socket.isEmpty else {
            throw CommandLineError(
                "--ssh \(text): there is no ssh agent, because SSH_AUTH_SOCK is not set",
                help: "start one with: eval $(ssh-agent) && ssh-add   or give a key: --ssh \(id)=$HOME/.ssh/id_ed25519")
        }
        paths = [FilePath(socket)]
    }
}
