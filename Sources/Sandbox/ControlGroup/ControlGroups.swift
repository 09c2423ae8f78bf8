internal import Glibc
public import SystemPackage

/// The control groups of the steps of a build.
///
/// Where this process may make control groups (as root, or in a systemd scope of the user's own) each step gets one with
/// the limits; where it may not, the steps run without, and ``note`` says why and what to do.
public struct ControlGroups: Sendable {
    private struct Place {
        var group: ControlGroupPlan.Group
        var parent: FilePath
    }

    private let places: [Place]
    /// What is not enforced, why and what to do, for the user; nil when everything is.
    public let note: String?

    /// Finds out what of the limits can be enforced here, by making a group with them and removing it.
    ///
    /// - Parameter root: where `proc` and `sys` are looked for.
    public init(enforcing limits: ControlGroupLimits, root: FilePath = "/") {
        let proc = root.pushing("proc/self")
        let hierarchies = ControlGroupHierarchy.parse(
            mountInfo: SmallFile.read(proc.appending("mountinfo")) ?? "",
            membership: SmallFile.read(proc.appending("cgroup")) ?? ""
        ).map { $0.moved(to: root) }
        let unified = hierarchies.first(where: \.isUnified)
        let plan = ControlGroupPlan.make(
            for: limits, hierarchies,
            unifiedControllers: unified.map { Self.words($0.own.appending("cgroup.controllers")) } ?? [])
        var places: [Place] = []
        var failures: [(subjects: [String], reason: String)] = plan.unavailable.map { controller in
            let reason =
                hierarchies.isEmpty
                ? "no control groups are mounted at /sys/fs/cgroup (in a container, run it with them)"
                : "this machine offers no control group controller \"\(controller.rawValue)\" to this process"
            return ([controller.subject], reason)
        }
        for group in plan.groups {
            do throws(ControlGroupFailure) {
                places.append(try Self.place(group))
            } catch {
                let subjects = group.settings.keys.map(\.subject).sorted()
                failures.append((subjects.isEmpty ? ["--cgroup-parent"] : subjects, "\(error)"))
            }
        }
        self.places = places
        // The reasons are nearly always the same.
        let subjects = failures.flatMap(\.subjects).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        note = failures.first.map { first in
            "\(subjects.joined(separator: " and ")) \(subjects == ["--cgroup-parent"] ? "is" : "are") not enforced: "
                + first.reason
        }
    }

    /// Makes a control group with the limits in each hierarchy that needs one.
    ///
    /// - Throws: `SandboxError` when it cannot be made although one could be before.
    public func make() throws(SandboxError) -> ControlGroup? {
        if places.isEmpty { return nil }
        var directories: [FilePath] = []
        do throws(ControlGroupFailure) {
            for place in places { directories.append(try Self.make(place.group, in: place.parent)) }
        } catch {
            for directory in directories { _ = unsafe directory.withPlatformString { unsafe rmdir($0) } }
            throw SandboxError(.isolationRefused, "cannot make a control group: \(error)")
        }
        return ControlGroup(directories: directories)
    }

    /// The first parent in which the group can be made.
    private static func place(_ group: ControlGroupPlan.Group) throws(ControlGroupFailure) -> Place {
        var first: ControlGroupFailure?
        for parent in group.parents {
            do throws(ControlGroupFailure) {
                let directory = try make(group, in: parent)
                _ = unsafe directory.withPlatformString { unsafe rmdir($0) }
                return Place(group: group, parent: parent)
            } catch {
                first = first ?? error
            }
        }
        throw first ?? ControlGroupFailure(group.hierarchy.mount, .noSuchFileOrDirectory, group.hierarchy)
    }

    private static func make(
        _ group: ControlGroupPlan.Group, in parent: FilePath
    ) throws(ControlGroupFailure) -> FilePath {
        let hierarchy = group.hierarchy
        try makeAncestors(parent, hierarchy)
        if hierarchy.isUnified { try enable(group.settings.keys.map(\.rawValue).sorted(), in: parent, hierarchy) }
        let directory = parent.appending("slipway-\(getpid())-\(UInt64.random(in: 0 ... .max))")
        try makeDirectory(directory, hierarchy)
        do throws(ControlGroupFailure) {
            for setting in group.settings.values.joined() {
                do throws(ControlGroupFailure) {
                    try write(setting.value, to: directory.appending(setting.file), hierarchy)
                } catch {
                    // Swap is not counted everywhere.
                    guard setting.isOptional, error.cause == .noSuchFileOrDirectory else { throw error }
                }
            }
        } catch {
            _ = unsafe directory.withPlatformString { unsafe rmdir($0) }
            throw error
        }
        return directory
    }

    private static func makeAncestors(
        _ path: FilePath, _ hierarchy: ControlGroupHierarchy
    ) throws(ControlGroupFailure) {
        guard path != hierarchy.mount, path.starts(with: hierarchy.mount),
            unsafe path.withPlatformString({ unsafe access($0, F_OK) }) != 0
        else { return }
        try makeAncestors(path.removingLastComponent(), hierarchy)
        try makeDirectory(path, hierarchy)
    }

    private static func makeDirectory(
        _ path: FilePath, _ hierarchy: ControlGroupHierarchy
    ) throws(ControlGroupFailure) {
        guard unsafe path.withPlatformString({ unsafe mkdir($0, 0o755) }) == 0 else {
            throw ControlGroupFailure(path.removingLastComponent(), Errno(rawValue: errno), hierarchy)
        }
        // A new set of version 1 is empty, and nothing may run in an empty one.
        guard hierarchy.controllers.contains("cpuset") else { return }
        for file in ["cpuset.cpus", "cpuset.mems"] {
            let inherited = SmallFile.read(path.removingLastComponent().appending(file)) ?? ""
            try write(String(inherited.prefix { $0 != "\n" }), to: path.appending(file), hierarchy)
        }
    }

    /// Hands controllers to the groups in a group of version 2.
    private static func enable(
        _ controllers: [String], in parent: FilePath, _ hierarchy: ControlGroupHierarchy
    ) throws(ControlGroupFailure) {
        let file = parent.appending("cgroup.subtree_control")
        let missing = controllers.filter { !words(file).contains($0) }
        if !missing.isEmpty { try write(missing.map { "+\($0)" }.joined(separator: " "), to: file, hierarchy) }
    }

    private static func write(
        _ text: String, to path: FilePath, _ hierarchy: ControlGroupHierarchy
    ) throws(ControlGroupFailure) {
        do {
            let file = try FileDescriptor.open(path, .writeOnly, options: .closeOnExec)
            defer { try? file.close() }
            try file.writeAll(text.utf8)
        } catch {
            throw ControlGroupFailure(path, (error as? Errno) ?? .ioError, hierarchy)
        }
    }

    private static func words(_ file: FilePath) -> Set<String> {
        Set((SmallFile.read(file) ?? "").split(whereSeparator: \.isWhitespace).map(String.init))
    }
}

/// Why a control group cannot be made.
struct ControlGroupFailure: Error, CustomStringConvertible {
    var path: FilePath
    var cause: Errno
    /// Whether it is of version 2, parts of which systemd hands to users.
    var isUnified: Bool

    init(_ path: FilePath, _ cause: Errno, _ hierarchy: ControlGroupHierarchy) {
        self.path = path
        self.cause = cause
        isUnified = hierarchy.isUnified
    }

    var description: String {
        let reason = "\(path) cannot be written: \(cause)"
        switch cause {
        case .permissionDenied, .notPermitted:
            return reason + "; build as root"
                + (isUnified
                    ? ", or in a scope of your own: systemd-run --user --scope -p Delegate=yes slipway build ..." : "")
        case .readOnlyFileSystem: return reason + "; in a container, mount it so that it can be written"
        case .resourceBusy: return reason + "; name a control group without processes with --cgroup-parent"
        default: return reason
        }
    }
}

extension ControlGroupHierarchy {
    fileprivate func moved(to root: FilePath) -> ControlGroupHierarchy {
        guard root != "/" else { return self }
        var hierarchy = self
        hierarchy.mount = root.pushing(FilePath(root: nil, mount.components))
        hierarchy.own = root.pushing(FilePath(root: nil, own.components))
        return hierarchy
    }
}
