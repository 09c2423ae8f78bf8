import FoundationEssentials
import SystemPackage

/// `config.json` of an OCI bundle for a process: a pure function of its specification (OCI runtime specification 1.0.2,
/// config.md and config-linux.md).
///
/// The root (the bundle's directory `0`) and every mount but `/proc` exist already, `/dev` also as the bundle's `dev`, and so do the namespaces of the network and of control groups.
struct RuntimeConfiguration: Encodable, Equatable {
    struct User: Encodable, Equatable {
        var uid: UInt32
        var gid: UInt32
        var umask: UInt32 = 0o022
        var additionalGids: [UInt32]
    }

    struct Capabilities: Encodable, Equatable {
        var bounding: [String]
        var effective: [String]
        var permitted: [String]
        var inheritable: [String]
        var ambient: [String]
    }

    struct Limit: Encodable, Equatable {
        var type: String
        var soft: UInt64
        var hard: UInt64
    }

    struct Process: Encodable, Equatable {
        var terminal = false
        var user: User
        var args: [String]
        var env: [String]
        var cwd: String
        var capabilities: Capabilities
        var rlimits: [Limit]
        var noNewPrivileges: Bool
    }

    struct Root: Encodable, Equatable {
        var path = "0"
        var readonly = false
    }

    struct Mount: Encodable, Equatable {
        var destination: String
        var type: String
        var source: String
        var options: [String]
    }

    struct Namespace: Encodable, Equatable {
        var type: String
    }

    struct Linux: Encodable, Equatable {
        var namespaces: [Namespace]
        var maskedPaths: [String]
        var readonlyPaths: [String]
        var seccomp: RuntimeSeccomp?
    }

    var ociVersion = "1.0.2"
    var process: Process
    var root = Root()
    var hostname: String
    var mounts: [Mount]
    var linux: Linux

    init(_ specification: ProcessSpecification) {
        let isConfined = specification.security == .default
        let all = Self.capabilities(isConfined ? ProgramEncoder.defaultCapabilities : .max)
        // A user other than root has none, unless the step may do everything.
        let own = specification.user.userID == 0 || !isConfined ? all : []
        process = Process(
            user: User(
                uid: specification.user.userID, gid: specification.user.groupID,
                additionalGids: specification.user.supplementaryGroupIDs), args: specification.arguments,
            env: specification.environment, cwd: specification.workingDirectory.string,
            capabilities: Capabilities(
                bounding: all, effective: own, permitted: own, inheritable: isConfined ? [] : all,
                ambient: isConfined ? [] : all),
            rlimits: specification.resourceLimits.compactMap { limit in
                Self.limitNames.indices.contains(Int(limit.resource))
                    ? Limit(
                        type: "RLIMIT_" + Self.limitNames[Int(limit.resource)], soft: limit.soft, hard: limit.hard)
                    : nil
            }, noNewPrivileges: specification.noNewPrivileges)
        hostname = specification.hostname
        mounts = [
            Mount(destination: "/proc", type: "proc", source: "proc", options: ["nosuid", "nodev", "noexec"]),
            // What is there already. A runtime would make devices in it that no control group keeps closed.
            Mount(
                destination: "/dev", type: "bind", source: "dev",
                options: ["rbind", "rprivate", "nosuid", "noexec"] + (isConfined ? ["nodev"] : [])),
        ]
        linux = Linux(
            namespaces: ["mount", "pid", "ipc", "uts"].map { Namespace(type: $0) },
            maskedPaths: isConfined ? MountPlan.maskedPaths.map(\.string) : [],
            readonlyPaths: isConfined ? MountPlan.readOnlyPaths.map(\.string) : [],
            seccomp: isConfined ? RuntimeSeccomp() : nil)
    }

    /// The file's bytes.
    func encoded() throws(SandboxError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do { return Array(try encoder.encode(self)) } catch {
            throw SandboxError(.invalidSpecification, "the specification cannot be written for a runtime: \(error)")
        }
    }

    /// The names of capabilities(7), in the order of their numbers.
    private static let capabilityNames =
        """
        CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE \
        NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN \
        SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE \
        MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE
        """.split(separator: " ")

    static func capabilities(_ mask: UInt64) -> [String] {
        capabilityNames.enumerated().filter { mask >> UInt64($0.offset) & 1 == 1 }.map { "CAP_" + $0.element }
    }

    /// The names of getrlimit(2), in the order of their numbers.
    private static let limitNames = [
        "CPU", "FSIZE", "DATA", "STACK", "CORE", "RSS", "NPROC", "NOFILE", "MEMLOCK", "AS", "LOCKS", "SIGPENDING",
        "MSGQUEUE", "NICE", "RTPRIO", "RTTIME",
    ]
}
