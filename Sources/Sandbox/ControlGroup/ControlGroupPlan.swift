import SystemPackage

/// Which control groups a sandboxed process needs, where they may be made and what is written in them: a pure function of
/// the limits and of what the machine has.
struct ControlGroupPlan: Equatable {
    /// A group to be made in one hierarchy.
    struct Group: Equatable {
        var hierarchy: ControlGroupHierarchy
        /// The directories in which it may be made, the best first.
        var parents: [FilePath]
        /// What limits the process there.
        var settings: [ControlGroupLimits.Controller: [ControlGroupSettings.Setting]]
    }

    var groups: [Group]
    /// What nobody on this machine can limit.
    var unavailable: [ControlGroupLimits.Controller]

    /// - Parameter unifiedControllers: `cgroup.controllers` of this process's own group of version 2.
    static func make(
        for limits: ControlGroupLimits, _ hierarchies: [ControlGroupHierarchy], unifiedControllers: Set<String>
    ) -> ControlGroupPlan {
        var plan = ControlGroupPlan(groups: [], unavailable: [])
        for controller in limits.controllers {
            let name = controller.rawValue
            if let legacy = hierarchies.first(where: { $0.controllers.contains(name) }) {
                plan.add(ControlGroupSettings.legacy(limits, controller), controller, legacy, limits)
            } else if let unified = hierarchies.first(where: \.isUnified), unifiedControllers.contains(name) {
                plan.add(ControlGroupSettings.unified(limits, controller), controller, unified, limits)
            } else {
                plan.unavailable.append(controller)
            }
        }
        // Who names a parent wants the process below it, whatever counts there.
        if limits.parent != nil {
            for hierarchy in hierarchies where !plan.groups.contains(where: { $0.hierarchy == hierarchy }) {
                plan.groups.append(Group(hierarchy: hierarchy, parents: parents(in: hierarchy, limits), settings: [:]))
            }
        }
        return plan
    }

    private mutating func add(
        _ settings: [ControlGroupSettings.Setting], _ controller: ControlGroupLimits.Controller,
        _ hierarchy: ControlGroupHierarchy, _ limits: ControlGroupLimits
    ) {
        if let index = groups.firstIndex(where: { $0.hierarchy == hierarchy }) {
            groups[index].settings[controller] = settings
        } else {
            groups.append(
                Group(
                    hierarchy: hierarchy, parents: Self.parents(in: hierarchy, limits),
                    settings: [controller: settings]))
        }
    }

    private static func parents(in hierarchy: ControlGroupHierarchy, _ limits: ControlGroupLimits) -> [FilePath] {
        if let parent = limits.parent { return [hierarchy.mount.pushing(parent.relativeToRoot())] }
        // A group of version 2 that has processes may not hand controllers to groups in it, which makes this process's own
        // group a bad parent; its neighbours have the same controllers as itself.
        guard hierarchy.isUnified, hierarchy.own != hierarchy.mount else { return [hierarchy.own] }
        return [hierarchy.own.removingLastComponent(), hierarchy.own]
    }
}

extension FilePath {
    /// `/a/b` as `a/b`, without `..` and the like.
    fileprivate func relativeToRoot() -> FilePath {
        FilePath(root: nil, FilePath("/").pushing(FilePath(root: nil, components)).lexicallyNormalized().components)
    }
}
