import ArgumentParser

/// The flags of `slipway build` that say what the process of a `RUN` may reach and use.
struct StepFlags: ParsableArguments {
    @Option(
        parsing: .unconditionalSingleValue,
        help: .init(
            "An ssh agent for RUN --mount=type=ssh: that of $SSH_AUTH_SOCK, a socket, or private keys.",
            valueName: "default|id[=socket|key[,key]]"))
    var ssh: [String] = []

    @Option(
        parsing: .unconditionalSingleValue,
        help: .init(
            "Let RUN ask for more than a sandbox gives: network.host or security.insecure.", valueName: "entitlement"),
        completion: .list(["network.host", "security.insecure"]))
    var allow: [String] = []

    @Option(
        parsing: .unconditional,
        help: .init(
            "When a RUN fails: shell opens one in its root, keep leaves the root to slipway debug; or stop.",
            valueName: "shell[=program]|keep|stop"), completion: .list(["shell", "keep", "stop"]))
    var onError: String?

    @Option(
        parsing: .unconditional,
        help: .init(
            "How long each RUN may take, such as 5m or 1h30m; it is killed then. 0 is no limit.",
            valueName: "duration"))
    var stepTimeout: String?

    @Option(
        parsing: .unconditional,
        help: .init(
            "Run each RUN by an OCI runtime of the machine: runc, crun or the path of one.", valueName: "runtime"),
        completion: .runtimes)
    var runtime: String?

    @Option(
        name: [.customShort("m", allowingJoined: true), .long], parsing: .unconditional,
        help: .init("How much memory a RUN may use.", valueName: "size"))
    var memory: String?

    @Option(
        parsing: .unconditional,
        help: .init("How much memory and swap together a RUN may use; -1 is no limit of swap.", valueName: "size"))
    var memorySwap: String?

    @Option(
        name: [.customShort("c", allowingJoined: true), .long], parsing: .unconditional,
        help: .init("A RUN's share of the CPUs beside other work; 1024 is an ordinary one.", valueName: "shares"))
    var cpuShares: String?

    @Option(
        parsing: .unconditional,
        help: .init("The period that --cpu-quota counts in, in microseconds.", valueName: "microseconds"))
    var cpuPeriod: String?

    @Option(
        parsing: .unconditional,
        help: .init("How long the CPUs may run a RUN in each period.", valueName: "microseconds"))
    var cpuQuota: String?

    @Option(
        parsing: .unconditional, help: .init("The CPUs that a RUN may run on, such as 0-2,4.", valueName: "list"))
    var cpusetCpus: String?

    @Option(
        parsing: .unconditional,
        help: .init("The memory nodes that a RUN may use, such as 0,1.", valueName: "list"))
    var cpusetMems: String?

    @Option(
        parsing: .unconditional,
        help: .init("The control group in which those of the steps are made.", valueName: "path"))
    var cgroupParent: String?
}
