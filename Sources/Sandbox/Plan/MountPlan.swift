import SystemPackage

/// The steps that make a sandbox's file tree: a pure function of the specification and the host's facts.
///
/// The shape follows what the OCI runtime specification and Docker give a container. Where they rely on a devices cgroup to
/// keep a real root away from disks, here no mount of the sandbox lets a device node work but the few that are bound into
/// `/dev` one by one.
enum MountPlan {
    static func make(for specification: ProcessSpecification, host: HostFacts) -> [MountStep] {
        let confined = specification.security == .default
        let common: MountAttributes = confined ? [.noDevices] : []
        let overlay: MountStep.Flags = host.needsLegacyOverlay ? .legacyOverlay : []
        var steps = [root(of: specification.root, attributes: common, overlay: overlay)]
        steps += kernelFilesystems(of: specification, confined: confined, host: host)
        for mount in specification.mounts {
            steps.append(step(for: mount, attributes: common, overlay: overlay))
        }
        // Of a runtime's file systems one is its own: /proc shows the processes of a namespace that it makes.
        if specification.runtime != nil { return steps.filter { !$0.isOfProcesses } }
        if confined {
            steps += maskedPaths.map { MountStep(operation: .mask($0), flags: isSystemPath($0) ? .optional : []) }
            steps += readOnlyPaths.map { MountStep(operation: .seal($0)) }
        }
        return steps
    }

    /// Kernel interfaces that tell or change too much (the list of Docker and containerd).
    static let maskedPaths: [FilePath] = [
        "/proc/acpi", "/proc/asound", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/latency_stats",
        "/proc/sched_debug", "/proc/scsi", "/proc/timer_list", "/proc/timer_stats", "/sys/devices/virtual/powercap",
        "/sys/firmware",
    ]

    /// Kernel settings a process may read.
    static let readOnlyPaths: [FilePath] = [
        "/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger",
    ]

    /// What is below a read-only bind of the host's /sys may refuse another mount on top of it.
    private static func isSystemPath(_ path: FilePath) -> Bool { path.starts(with: "/sys") }

    private static func root(
        of root: RootFilesystem, attributes: MountAttributes, overlay: MountStep.Flags
    ) -> MountStep {
        switch root {
        case .overlay(let lower, let upper, let work):
            let stack = LayerStack(lower: lower, scratch: .init(upper: upper, work: work))
            return MountStep(operation: .rootLayers(stack, attributes), flags: overlay)
        case .readOnlyLayers(let lower):
            let stack = LayerStack(lower: lower)
            return MountStep(operation: .rootLayers(stack, attributes.union(.readOnly)), flags: overlay)
        case .userspaceOverlay: return MountStep(operation: .rootServed(attributes))
        case .directory(let path):
            return MountStep(operation: .rootDirectory(path, attributes))
        }
    }

    private static func step(
        for mount: SandboxMount, attributes: MountAttributes, overlay: MountStep.Flags
    ) -> MountStep {
        switch mount {
        case .bind(let source, let target, let readOnly, let recursive):
            let bound = readOnly ? attributes.union(.readOnly) : attributes
            return MountStep(
                operation: .bind(source: source, target: target, bound), flags: recursive ? .recursive : [])
        case .layers(let lower, let subpath, let target, let scratch):
            let bound = scratch == nil ? attributes.union(.readOnly) : attributes
            return MountStep(
                operation: .layers(
                    LayerStack(lower: lower, scratch: scratch), subpath: subpath, target: target, bound),
                flags: overlay)
        case .tmpfs(let target, let size, let mode, let readOnly):
            var options = [(key: "mode", value: String(mode & 0o7777, radix: 8))]
            if let size { options.append((key: "size", value: String(size))) }
            return MountStep(
                operation: .filesystem(
                    type: "tmpfs", options: options, target: target,
                    attributes.union(readOnly ? [.noSetUserID, .readOnly] : .noSetUserID)))
        case .file(let bytes, let target, let mode, let userID, let groupID, let readOnly):
            return MountStep(
                operation: .file(
                    bytes: bytes, mode: mode, userID: userID, groupID: groupID, target: target,
                    readOnly ? [.noDevices, .noSetUserID, .readOnly] : [.noDevices, .noSetUserID]))
        }
    }
}
