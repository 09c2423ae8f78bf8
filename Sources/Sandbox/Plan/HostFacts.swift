import Glibc
import SystemPackage

/// What a plan must know about the machine and the user namespace.
struct HostFacts: Equatable {
    /// Linux before 6.5 has no `lowerdir+`.
    var needsLegacyOverlay = false
    /// cgroup v2 alone is mounted at /sys/fs/cgroup.
    var hasUnifiedControlGroups = false
    /// setgroups(2) is denied.
    var deniesSetGroups = false
    /// What a step needs a notifier for; nil where the kernel does everything.
    var notifications: NotificationFilter.Scope?

    /// There are no namespaces: a process has its root by chroot(2), and nothing is mounted.
    var changesRoot = false

    static func current(_ namespace: UserNamespace, _ isolation: Isolation) -> HostFacts {
        HostFacts(
            needsLegacyOverlay: kernelVersion().map { $0 < (6, 5) } ?? false,
            hasUnifiedControlGroups: unsafe access("/sys/fs/cgroup/cgroup.controllers", F_OK) == 0,
            deniesSetGroups: SmallFile.read("/proc/self/setgroups")?.hasPrefix("deny") ?? false,
            notifications: notifications(namespace, map: SmallFile.read("/proc/self/uid_map") ?? ""),
            changesRoot: isolation == .changedRoot)
    }

    static func notifications(_ namespace: UserNamespace, map: String) -> NotificationFilter.Scope? {
        switch namespace.mapping {
        case .single: return .identities
        case .identity, .subordinate: return .deviceNodes
        case .all, .refused:
            // Somebody else's user namespace, such as that of a rootless container engine.
            let words = map.split(whereSeparator: \.isWhitespace)
            return words == ["0", "0", "4294967295"] ? nil : .deviceNodes
        }
    }

    private static func kernelVersion() -> (Int, Int)? {
        guard let release = SmallFile.read("/proc/sys/kernel/osrelease") else { return nil }
        return parseKernelVersion(release)
    }

    /// "6.1.0-30-amd64" is (6, 1).
    static func parseKernelVersion(_ release: String) -> (Int, Int)? {
        let parts = release.split(separator: ".", maxSplits: 2)
        guard parts.count >= 2, let major = Int(parts[0]), let minor = Int(parts[1].prefix { $0.isNumber }) else {
            return nil
        }
        return (major, minor)
    }
}
