internal import Glibc
public import SystemPackage

/// An OCI runtime of the machine that runs the commands of sandboxes in place of Slipway's own: runc or crun.
///
/// The launcher makes the namespaces, the root and the mounts as always; what is left (a process namespace, `/proc`, rights,
/// system call filter) the runtime does by a ``RuntimeConfiguration``. It cannot make control groups: the limits of a step are
/// those of the group that Slipway puts it into.
public struct ContainerRuntime: Sendable, Hashable {
    enum Kind: String, CaseIterable {
        case runc, crun
    }

    let kind: Kind
    /// Where the program is.
    public let program: String

    init(_ kind: Kind, program: String) {
        self.kind = kind
        self.program = program
    }

    /// Finds a runtime.
    ///
    /// - Parameters:
    ///   - name: `runc`, `crun`, or the path of one of them, whose file name begins with that.
    ///   - path: `PATH`; the usual places if nil.
    /// - Throws: `.toolMissing`; `.invalidSpecification` for other names; `.isolationRefused` for crun as root.
    public static func find(_ name: String, path: String?) throws(SandboxError) -> ContainerRuntime {
        try find(name, path: path, isMachineRoot: isMachineRoot)
    }

    /// Whether this process is root outside of all user namespaces.
    static var isMachineRoot: Bool {
        let map = SmallFile.read("/proc/self/uid_map") ?? ""
        return geteuid() == 0 && map.split(whereSeparator: \.isWhitespace) == ["0", "0", "4294967295"]
    }

    static func find(
        _ name: String, path: String?, isMachineRoot: Bool
    ) throws(SandboxError) -> ContainerRuntime {
        let file = name.split(separator: "/").last ?? ""
        guard let kind = Kind.allCases.first(where: { file.hasPrefix($0.rawValue) }) else {
            throw SandboxError(
                .invalidSpecification, "the runtime \"\(name)\" is not known", help: "use runc, crun or the path of one"
            )
        }
        // It takes the attribute off the root that keeps device nodes closed (mounts it again as the configuration has it, which
        // has no words for that), and trusts to control groups that it may not make here.
        guard kind != .crun || !isMachineRoot else {
            throw SandboxError(
                .isolationRefused, "crun does not keep a step of root's from the disks of the machine",
                help: "use --runtime runc, or build as an ordinary user")
        }
        guard let program = HostTool.find(name, path: path) else {
            throw SandboxError(
                .toolMissing,
                name.contains("/") ? "the runtime \(name) is not a program" : "the runtime \(name) is not installed",
                help: "install the package \(kind.rawValue), or leave out --runtime")
        }
        return ContainerRuntime(kind, program: program)
    }

    /// The command that runs a bundle.
    func command(_ bundle: FilePath) -> [String] {
        let state = bundle.appending("state").string
        // The name is seen by nobody else: the state is in the bundle.
        let run = ["run", "--bundle", bundle.string, "slipway"]
        return switch kind {
        // So that it goes on where it cannot make control groups.
        case .runc: [program, "--rootless=true", "--root", state] + run
        case .crun: [program, "--cgroup-manager=disabled", "--root", state] + run
        }
    }

    /// Whether it refuses machines with control groups of both versions, and must not see them.
    var refusesHybridControlGroups: Bool { kind == .crun }
}

/// A runtime and where it gets what it needs for one process.
public struct RuntimeBundle: Sendable, Hashable {
    /// The program.
    public var runtime: ContainerRuntime
    /// An empty directory for this process only: what is mounted there is seen by the runtime alone.
    public var directory: FilePath

    /// A runtime in a directory.
    public init(_ runtime: ContainerRuntime, directory: FilePath) {
        self.runtime = runtime
        self.directory = directory
    }
}
