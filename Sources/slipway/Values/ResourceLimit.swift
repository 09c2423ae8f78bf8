/// One `--ulimit NAME=SOFT[:HARD]`.
struct ResourceLimit: Hashable, Sendable {
    /// Without `RLIMIT_`, in lower case.
    var name: String
    /// -1 for none.
    var soft: Int64
    /// -1 for none.
    var hard: Int64

    /// The names docker knows (docker/go-units, ulimit.go), which are those of setrlimit(2).
    static let names: Set<String> = [
        "core", "cpu", "data", "fsize", "locks", "memlock", "msgqueue", "nice", "nofile", "nproc", "rss", "rtprio",
        "rttime", "sigpending", "stack",
    ]
}

extension ResourceLimit {
    init(parsing text: String) throws(CommandLineError) {
        let pair = text.splitOnce("=")
        guard let value = pair.after else {
            throw CommandLineError("--ulimit: \"\(text)\" is not NAME=SOFT[:HARD]")
        }
        guard Self.names.contains(pair.before) else {
            throw CommandLineError(
                "--ulimit: unknown limit \"\(pair.before)\"",
                help: "known are \(Self.names.sorted().joined(separator: ", "))")
        }
        let limits = value.splitOnce(":")
        guard let soft = Int64(limits.before), let hard = Int64(limits.after ?? limits.before), soft >= -1, hard >= -1
        else { throw CommandLineError("--ulimit: \"\(value)\" is not SOFT[:HARD] in numbers") }
        guard hard == -1 || (soft != -1 && soft <= hard) else {
            throw CommandLineError("--ulimit: the soft limit of \"\(text)\" is above the hard limit")
        }
        self.init(name: pair.before, soft: soft, hard: hard)
    }
}
