import ArgumentParser

/// The flags of `slipway run`, named as those of `docker run`.
struct RunFlags: ParsableArguments {
    @Flag(name: .customLong("rm"), help: "Remove the container when it ends, which is always done.")
    var removeContainer = false

    @Option(
        name: [.customShort("e", allowingJoined: true), .long], parsing: .unconditionalSingleValue,
        help: .init("A variable; without a value, that of the environment.", valueName: "key[=value]"))
    var env: [String] = []

    @Option(
        parsing: .unconditionalSingleValue, help: .init("A file with a variable on each line.", valueName: "path"),
        completion: .file())
    var envFile: [String] = []

    @Option(
        name: [.customShort("u", allowingJoined: true), .long], parsing: .unconditional,
        help: .init("As whom the command runs.", valueName: "user[:group]"))
    var user: String?

    @Option(
        name: [.customShort("w", allowingJoined: true), .long], parsing: .unconditional,
        help: .init("The directory in which the command runs.", valueName: "path"))
    var workdir: String?

    @Option(
        parsing: .unconditional, help: .init("The program to run in place of the image's.", valueName: "command"))
    var entrypoint: String?

    @Option(
        name: [.customShort("v", allowingJoined: true), .long], parsing: .unconditionalSingleValue,
        help: .init("A directory or file of this machine.", valueName: "host:container[:ro]"), completion: .file())
    var volume: [String] = []

    @Option(
        parsing: .unconditional, help: .init("The network: host (the default), private or none.", valueName: "mode"),
        completion: .networks)
    var network: String?

    @Option(
        parsing: .unconditional,
        help: .init(
            "Run the container by an OCI runtime of the machine: runc, crun or the path of one.", valueName: "runtime"),
        completion: .runtimes)
    var runtime: String?

    @Option(
        parsing: .unconditional,
        help: .init("Which image of one for several platforms; that for this machine without.", valueName: "platform"),
        completion: .platforms)
    var platform: String?

    @Flag(name: [.short, .long], help: "Connect standard input.")
    var interactive = false

    @Flag(name: [.short, .long], help: "Give the command a terminal; with -i, that of slipway.")
    var tty = false

    @Flag(name: [.short, .long], help: .hidden) var detach = false
    @Flag(name: [.customShort("P"), .long], help: .hidden) var publishAll = false
    @Flag(help: .hidden) var privileged = false
    @Option(name: [.customShort("p", allowingJoined: true), .long], parsing: .unconditionalSingleValue, help: .hidden)
    var publish: [String] = []
    @Option(parsing: .unconditional, help: .hidden) var name: String?
    @Option(parsing: .unconditional, help: .hidden) var restart: String?
    @Option(parsing: .unconditionalSingleValue, help: .hidden) var mount: [String] = []
}

extension RunFlags {
    /// Throws for the first flag of docker's that is known and not carried out.
    func refuse() throws(CommandLineError) {
        let given: [(flag: String, isGiven: Bool, reason: String)] = [
            ("--detach", detach, "let the shell run slipway in the background"),
            (
                "--publish", !publish.isEmpty || publishAll,
                "the container uses the network of the host: its ports are open"
            ),
            ("--privileged", privileged, "containers always have the default profile"),
            ("--name", name != nil, "containers are not kept, so they need no names"),
            ("--restart", restart.map { $0 != "no" } ?? false, "let a service manager run slipway"),
            ("--mount", !mount.isEmpty, "use --volume HOST:CONTAINER[:ro]"),
        ]
        guard let refused = given.first(where: \.isGiven) else { return }
        throw CommandLineError("\(refused.flag) is not supported: \(refused.reason)")
    }
}
