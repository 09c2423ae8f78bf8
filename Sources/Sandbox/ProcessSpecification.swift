public import SystemPackage

/// One process to run in a sandbox: what to run, as whom, on which root filesystem, with which mounts.
///
/// A value says everything; nothing of slipway's own environment, descriptors, working directory or umask reaches the
/// process. Its fields correspond to those of the OCI runtime specification's `config.json`.
///
/// The process is pid 1 of its own pid namespace: when it exits, the kernel kills whatever else runs in it. As pid 1 it
/// also ignores every signal it has no handler for, even a SIGKILL it sends to itself.
public struct ProcessSpecification: Sendable, Equatable {
    /// The command and its arguments. A command without a slash is looked up in `PATH` of `environment`, inside the root.
    public var arguments: [String]
    /// The whole environment as `NAME=value`, passed on exactly, in this order.
    public var environment: [String]
    /// Absolute path inside the root; created with mode 0755, owned by root, if missing.
    public var workingDirectory: FilePath
    /// As whom the process runs.
    public var user: UserIdentity
    /// The name in the process's own UTS namespace, 64 bytes at most.
    public var hostname: String
    /// The root filesystem.
    public var root: RootFilesystem
    /// Mounted in this order, after `/proc`, `/dev` and `/sys`.
    public var mounts: [SandboxMount]
    /// Which network the process sees.
    public var network: NetworkAccess
    /// How far the process is confined.
    public var security: SecurityProfile
    /// Whether setuid programs such as `sudo` lose their power (`PR_SET_NO_NEW_PRIVS`). BuildKit leaves it off.
    public var noNewPrivileges: Bool
    /// Limits the process starts with; the others are inherited from slipway.
    public var resourceLimits: [ResourceLimit]
    /// Size of `/dev/shm` in bytes; 64 MiB unless told.
    public var sharedMemorySize: UInt64
    /// The control group that it is put into; nil for that of slipway.
    public var controlGroup: ControlGroup?
    /// Whether its standard input is a terminal that was made for it, a ``PseudoTerminal``, which becomes the controlling
    /// terminal of its session: job control works, and what interrupts at the keyboard reaches it.
    public var hasTerminal: Bool
    /// What executes the command in place of the launcher; nil for the launcher.
    public var runtime: RuntimeBundle?

    /// A process on `root`; every other property has the default of `docker build`.
    public init(
        arguments: [String],
        environment: [String] = [],
        workingDirectory: FilePath = "/",
        user: UserIdentity = .root,
        hostname: String = "buildkitsandbox",
        root: RootFilesystem,
        mounts: [SandboxMount] = [],
        network: NetworkAccess = .host,
        security: SecurityProfile = .default,
        noNewPrivileges: Bool = false,
        resourceLimits: [ResourceLimit] = [],
        sharedMemorySize: UInt64 = 64 << 20,
        controlGroup: ControlGroup? = nil,
        hasTerminal: Bool = false,
        runtime: RuntimeBundle? = nil
    ) {
        self.arguments = arguments
        self.environment = environment
        self.workingDirectory = workingDirectory
        self.user = user
        self.hostname = hostname
        self.root = root
        self.mounts = mounts
        self.network = network
        self.security = security
        self.noNewPrivileges = noNewPrivileges
        self.resourceLimits = resourceLimits
        self.sharedMemorySize = sharedMemorySize
        self.controlGroup = controlGroup
        self.hasTerminal = hasTerminal
        self.runtime = runtime
    }
}

/// The numeric identity of a process, already looked up in the image's `passwd` and `group`.
public struct UserIdentity: Sendable, Hashable {
    /// User id inside the sandbox.
    public var userID: UInt32
    /// Primary group id inside the sandbox.
    public var groupID: UInt32
    /// Further groups. An identity given as `user:group` has none.
    public var supplementaryGroupIDs: [UInt32]

    /// An identity from numbers.
    public init(userID: UInt32, groupID: UInt32, supplementaryGroupIDs: [UInt32] = []) {
        self.userID = userID
        self.groupID = groupID
        self.supplementaryGroupIDs = supplementaryGroupIDs
    }

    /// 0:0, no further groups.
    public static let root = UserIdentity(userID: 0, groupID: 0)
}

/// Which network a sandboxed process sees: `RUN --network`.
public enum NetworkAccess: Sendable, Hashable {
    /// The network slipway itself sees.
    case host
    /// A network namespace of its own with nothing but the loopback interface.
    case none
    /// A network namespace of its own, from which connections lead out.
    case `private`(PrivateNetwork)

    /// Whether it has a network namespace of its own.
    var isOwn: Bool { self != .host }
}

/// How far a sandboxed process is confined: `RUN --security`.
public enum SecurityProfile: Sendable, Hashable {
    /// Docker's default: 14 capabilities, the default seccomp profile, masked and read-only kernel paths, no devices.
    case `default`
    /// Every capability slipway has, for every user; no seccomp filter, nothing masked, devices work.
    case insecure
}

/// A limit of setrlimit(2), by the kernel's number (`RLIMIT_NOFILE` is 7).
public struct ResourceLimit: Sendable, Hashable {
    /// The `RLIMIT_` number.
    public var resource: UInt32
    /// The limit in force; `UInt64.max` means none.
    public var soft: UInt64
    /// The ceiling up to which the process may raise it; `UInt64.max` means none.
    public var hard: UInt64

    /// A limit.
    public init(resource: UInt32, soft: UInt64, hard: UInt64) {
        self.resource = resource
        self.soft = soft
        self.hard = hard
    }
}
