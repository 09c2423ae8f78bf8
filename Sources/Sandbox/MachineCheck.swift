internal import Glibc
public import SystemPackage

/// What builds need of the machine, and whether it is there.
public struct MachineCheck: Sendable {
    /// How it stands with one thing.
    public enum State: String, Sendable {
        case ok
        /// Builds work, but not everything that they may ask for.
        case limited
        /// Builds do not work.
        case missing
    }

    /// One thing that builds need.
    public struct Item: Sendable, Hashable {
        /// What it is, in a word or two.
        public var name: String
        /// How it stands with it.
        public var state: State
        /// What was found.
        public var detail: String
        /// What the user can do; nil where nothing is to be done.
        public var help: String?

        init(_ name: String, _ state: State, _ detail: String, help: String? = nil) {
            self.name = name
            self.state = state
            self.detail = detail
            self.help = help
        }
    }

    /// Everything that was looked at.
    public private(set) var items: [Item]

    /// Looks at the machine, and starts one sandbox for a trial.
    ///
    /// - Parameters:
    ///   - namespace: the user namespace that this process is in.
    ///   - scratch: an empty directory on the file system where layers are to be.
    ///   - path: `PATH`; the usual places if nil.
    public static func run(
        _ namespace: UserNamespace, _ launcher: SandboxLauncher, scratch: FilePath, path: String?
    ) async throws -> MachineCheck {
        let sandbox = try await trial(launcher, scratch, path: path)
        return MachineCheck(items: [kernel, users(namespace), sandbox, seccomp, controlGroups] + tools(path: path))
    }

    /// The least kernel: overlay file systems in user namespaces with `userxattr`.
    private static let leastKernel = (5, 12)

    private static var kernel: Item {
        let release = (SmallFile.read("/proc/sys/kernel/osrelease") ?? "").prefix { $0 != "\n" }
        return kernel(release: String(release))
    }

    static func kernel(release: String) -> Item {
        let numbers = release.split(whereSeparator: { !$0.isNumber }).prefix(2).compactMap { Int($0) }
        guard numbers.count == 2 else { return Item("kernel", .limited, "of unknown version: \(release)") }
        if (numbers[0], numbers[1]) >= leastKernel { return Item("kernel", .ok, release) }
        return Item("kernel", .missing, release, help: "use Linux \(leastKernel.0).\(leastKernel.1) or later")
    }

    static func users(_ namespace: UserNamespace) -> Item {
        let name = "user namespace"
        switch namespace.mapping {
        case .all: return Item(name, .ok, "not needed: started by root")
        case .identity: return Item(name, .ok, "made by a root who may not mount; all ids are the same in it")
        case .subordinate(let users, let groups):
            return Item(name, .ok, "newuidmap and newgidmap map \(users) users and \(groups) groups")
        case .single(let reason):
            return Item(
                name, .limited,
                "one id is mapped: owners are noted beside the files, images are the same, steps somewhat slower",
                help: reason)
        case .refused(let error):
            let owners =
                namespace.canOwnFiles ? "files have their owners all the same" : "owners are noted beside the files"
            return Item(name, .limited, "refused; \(owners)", help: error.help)
        }
    }

    /// Namespaces, an overlay and the system call filter, all at once: a sandbox whose program does not exist fails only
    /// at the very end. Where that does not work, what builds do instead.
    private static func trial(_ launcher: SandboxLauncher, _ scratch: FilePath, path: String?) async throws -> Item {
        for directory in ["lower", "upper", "work", "lower/proc", "lower/dev", "lower/sys"] {
            try SmallFile.makeDirectory(scratch.pushing(FilePath(directory)))
        }
        let lower = scratch.appending("lower")
        let overlay = RootFilesystem.overlay(
            lower: [lower], upper: scratch.appending("upper"), work: scratch.appending("work"))
        switch launcher.isolation {
        case .refused(let error):
            return Item("sandbox", .missing, "no RUN can be executed; everything else works", help: error.help)
        case .changedRoot:
            return try await trial(
                launcher, .directory(lower), .limited,
                "steps run in a copy of the image's files, by chroot, without namespaces; --network and --runtime do not "
                    + "work, nor do secrets as files",
                help: "allow user namespaces, for example with docker run --security-opt seccomp=unconfined")
        case .namespaces:
            let item = try await trial(launcher, overlay, .ok, "namespaces, overlay and filter work", help: nil)
            guard item.state == .missing else { return item }
            if launcher.canOwnFiles, let program = UserspaceOverlay.program(path: path),
                let served = UserspaceOverlay(
                    program: program, lower: [lower], upper: scratch.appending("upper"), work: scratch.appending("work")
                )
            {
                let other = try await trial(
                    launcher, .userspaceOverlay(served), .limited,
                    "no overlay can be mounted by the kernel: \(program) makes those of steps", help: item.help)
                if other.state != .missing { return other }
            }
            let copy = try await trial(
                launcher, .directory(lower), .limited,
                "no overlay can be mounted: steps run in copies of the image's files",
                help: launcher.canOwnFiles && UserspaceOverlay.isDeviceOpen
                    ? "install the package fuse-overlayfs, which makes them faster" : item.help)
            return copy.state == .missing ? item : copy
        }
    }

    /// An item of this state if a sandbox with this root can be made.
    private static func trial(
        _ launcher: SandboxLauncher, _ root: RootFilesystem, _ state: State, _ detail: String, help: String?
    ) async throws -> Item {
        let name = "sandbox"
        let specification = ProcessSpecification(arguments: ["/slipway-trial"], root: root)
        do {
            _ = try await launcher.run(specification) { _, _ in }
            return Item(name, .limited, "the trial ended in a way that nobody expected")
        } catch let error as SandboxError where error.code == .executableNotFound {
            return Item(name, state, detail, help: help)
        } catch let error as SandboxError {
            let cause = error.cause.map { ": \($0)" } ?? ""
            return Item(name, .missing, error.message + cause, help: error.help)
        }
    }

    private static var seccomp: Item {
        guard let actions = SmallFile.read("/proc/sys/kernel/seccomp/actions_avail") else {
            return Item(
                "seccomp", .limited, "not offered by this kernel", help: "use a kernel with CONFIG_SECCOMP_FILTER")
        }
        let hasErrors = actions.split(whereSeparator: \.isWhitespace).contains("errno")
        return Item("seccomp", hasErrors ? .ok : .limited, hasErrors ? "system call filter" : "without errno")
    }

    /// Programs that builds may ask for.
    static func tools(path: String?) -> [Item] {
        let runtimes = ContainerRuntime.Kind.allCases.compactMap { try? ContainerRuntime.find($0.rawValue, path: path) }
        let network: Item
        do throws(SandboxError) {
            network = Item(
                "private network", .ok, "--network private works by \(try PrivateNetwork.find(path: path).program)")
        } catch {
            network = Item("private network", .limited, "--network private does not work", help: error.help)
        }
        return [
            network,
            runtimes.isEmpty
                ? Item("runtimes", .limited, "--runtime does not work", help: "install the package runc or crun")
                : Item("runtimes", .ok, "--runtime works by \(runtimes.map(\.program).joined(separator: " and "))"),
        ]
    }

    private static var controlGroups: Item {
        var limits = ControlGroupLimits()
        limits.memory = 1 << 30
        limits.cpuQuota = 100_000
        if let note = ControlGroups(enforcing: limits).note {
            return Item("control groups", .limited, "--memory and --cpu-quota have no effect", help: note)
        }
        return Item("control groups", .ok, "memory and CPU limits work")
    }
}
