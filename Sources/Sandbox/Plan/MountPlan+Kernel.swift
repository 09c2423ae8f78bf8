import SystemPackage

extension MountPlan {
    /// `/proc`, `/dev` and `/sys`.
    static func kernelFilesystems(
        of specification: ProcessSpecification, confined: Bool, host: HostFacts
    ) -> [MountStep] {
        let inert: MountAttributes = [.noSetUserID, .noDevices, .noExecution]
        // A user namespace in which parts of the host's /proc are covered (another container) may not mount a fresh one.
        var steps = [
            MountStep(
                operation: .filesystem(type: "proc", options: [], target: "/proc", inert), flags: .optional),
            MountStep(
                operation: .bind(source: "/proc", target: "/proc", inert), flags: [.alternative, .recursive]),
        ]
        steps += devices(sharedMemorySize: specification.sharedMemorySize, confined: confined)
        // A sysfs belongs to a network namespace; whoever does not own that has to make do with the host's.
        let system = confined ? inert.union(.readOnly) : inert
        steps += [
            MountStep(
                operation: .filesystem(type: "sysfs", options: [], target: "/sys", system), flags: .optional),
            MountStep(
                operation: .bind(source: "/sys", target: "/sys", system), flags: [.alternative, .recursive]),
        ]
        if host.hasUnifiedControlGroups {
            steps.append(
                MountStep(
                    operation: .filesystem(type: "cgroup2", options: [], target: "/sys/fs/cgroup", system),
                    flags: .optional))
        }
        return steps
    }

    private static func devices(sharedMemorySize: UInt64, confined: Bool) -> [MountStep] {
        let inert: MountAttributes = [.noSetUserID, .noDevices, .noExecution]
        let directory: MountAttributes = confined ? inert : [.noSetUserID, .noExecution]
        var steps = [
            MountStep(
                operation: .filesystem(
                    type: "tmpfs", options: [("mode", "0755"), ("size", "64m")], target: "/dev", directory))
        ]
        // Bound rather than made: a user namespace may not make device nodes, and nodes of this tmpfs shall not work.
        for name in ["null", "zero", "full", "random", "urandom", "tty"] {
            steps.append(device(name, flags: []))
        }
        if !confined {
            let loops = (0..<8).map { "loop\($0)" }
            for name in ["cuse", "fuse", "kmsg", "kvm", "loop-control", "net/tun"] + loops {
                steps.append(device(name, flags: .optional))
            }
        }
        for (path, contents) in [
            ("/dev/fd", "/proc/self/fd"), ("/dev/stdin", "/proc/self/fd/0"), ("/dev/stdout", "/proc/self/fd/1"),
            ("/dev/stderr", "/proc/self/fd/2"), ("/dev/ptmx", "pts/ptmx"),
        ] as [(FilePath, FilePath)] {
            steps.append(MountStep(operation: .symbolicLink(contents: contents, path: path)))
        }
        // Group 5 is `tty` in every distribution; it may be unmapped.
        let terminals: [(key: String, value: String)] = [
            ("newinstance", ""), ("ptmxmode", "0666"), ("mode", "0620"),
        ]
        let terminalAttributes: MountAttributes = [.noSetUserID, .noExecution]
        steps += [
            MountStep(
                operation: .filesystem(
                    type: "devpts", options: terminals + [("gid", "5")], target: "/dev/pts", terminalAttributes),
                flags: .optional),
            MountStep(
                operation: .filesystem(type: "devpts", options: terminals, target: "/dev/pts", terminalAttributes),
                flags: .alternative),
            MountStep(
                operation: .filesystem(
                    type: "tmpfs", options: [("mode", "1777"), ("size", String(sharedMemorySize))],
                    target: "/dev/shm", inert)),
            MountStep(
                operation: .filesystem(type: "mqueue", options: [], target: "/dev/mqueue", inert), flags: .optional),
        ]
        return steps
    }

    private static func device(_ name: String, flags: MountStep.Flags) -> MountStep {
        let path = FilePath("/dev").appending(name)
        return MountStep(operation: .bind(source: path, target: path, []), flags: flags)
    }
}
