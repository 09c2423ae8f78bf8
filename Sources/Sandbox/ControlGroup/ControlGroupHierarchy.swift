import SystemPackage

/// A mounted hierarchy of control groups, and where in it this process is.
struct ControlGroupHierarchy: Equatable {
    /// Whether it is version 2, which has all controllers but those that a hierarchy of version 1 has taken.
    var isUnified: Bool
    /// The controllers of a hierarchy of version 1.
    var controllers: Set<String>
    /// Where it is mounted.
    var mount: FilePath
    /// The directory of this process's own group.
    var own: FilePath

    /// The hierarchies of /proc/self/mountinfo and /proc/self/cgroup, which are proc(5)'s and cgroups(7)'s formats. Lines
    /// of other forms are passed over.
    static func parse(mountInfo: String, membership: String) -> [ControlGroupHierarchy] {
        var hierarchies: [ControlGroupHierarchy] = []
        for line in mountInfo.split(separator: "\n") {
            let fields = line.split(separator: " ").map(String.init)
            guard let dash = fields.firstIndex(of: "-"), dash >= 6, fields.count > dash + 3,
                ["cgroup", "cgroup2"].contains(fields[dash + 1])
            else { continue }
            let isUnified = fields[dash + 1] == "cgroup2"
            // The list of a version 1 hierarchy has options beside the controllers.
            let controllers = Set(fields[dash + 3].split(separator: ",").map(String.init))
            guard let path = membershipPath(membership, isUnified: isUnified, controllers) else { continue }
            let mount = FilePath(unescaped(fields[4]))
            let hierarchy = ControlGroupHierarchy(
                isUnified: isUnified, controllers: isUnified ? [] : controllers, mount: mount,
                own: directory(of: path, below: FilePath(unescaped(fields[3])), mountedAt: mount))
            // The last mount of a hierarchy may cover the others; any of them will do.
            if !hierarchies.contains(where: { $0.isUnified == isUnified && $0.controllers == hierarchy.controllers }) {
                hierarchies.append(hierarchy)
            }
        }
        return hierarchies
    }

    /// This process's group in a hierarchy: `4:cpu,cpuacct:/path`, `0::/path`.
    private static func membershipPath(_ text: String, isUnified: Bool, _ controllers: Set<String>) -> FilePath? {
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { continue }
            let names = fields[1].split(separator: ",").map(String.init)
            if isUnified ? fields[0] == "0" : !names.isEmpty && names.allSatisfy(controllers.contains) {
                return FilePath(String(fields[2]))
            }
        }
        return nil
    }

    /// Only the groups below `root` are to be seen in the mount. A group outside of it (another container's view) has no
    /// directory here: the mount's own stands for it.
    private static func directory(of path: FilePath, below root: FilePath, mountedAt mount: FilePath) -> FilePath {
        var rest = path
        guard !path.components.contains(".."), rest.removePrefix(root) else { return mount }
        return mount.pushing(rest)
    }

    /// mountinfo writes blanks and backslashes in octal: `\040`.
    private static func unescaped(_ text: String) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\\"), rest.count >= 3,
                let code = UInt8(String(decoding: rest.prefix(3), as: UTF8.self), radix: 8)
            {
                bytes.append(code)
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
