internal import CSandbox
internal import Glibc
internal import SystemPackage

/// The user namespace slipway runs in.
///
/// Building an image means chown, mount and mknod, which are root's. An ordinary user may be root in a user namespace, where
/// his own id is 0 and the subordinate ids that /etc/subuid and /etc/subgid grant him are 1, 2, 3 …: user_namespaces(7).
public struct UserNamespace: Sendable, Hashable {
    /// Which user and group ids exist.
    public enum Mapping: Sendable, Hashable {
        /// Slipway was started by root and stays in its namespace: whatever exists there.
        case all
        /// Slipway was started by a root who may not mount, and is in a namespace in which it may, with the same ids.
        case identity
        /// 0 is the user, 1 ... `users` and 1 ... `groups` are the user's subordinate ids.
        case subordinate(users: UInt32, groups: UInt32)
        /// Only 0 exists, and is the user; `reason` says what a full mapping needs, for the user.
        case single(reason: String)
        /// No namespace may be made: slipway is who started it, and may do what he may.
        case refused(SandboxError)
    }

    /// Which ids exist.
    public var mapping: Mapping
    /// The effective user id slipway was started with.
    public var originalUserID: UInt32
    /// The effective group id slipway was started with.
    public var originalGroupID: UInt32

    /// Whether files can belong to the users that images know. Otherwise owners are noted beside the files
    /// (`OwnerPlace.attribute`).
    public var canOwnFiles: Bool {
        switch mapping {
        case .all, .identity, .subordinate: true
        case .single: false
        case .refused: originalUserID == 0 && Capabilities.effective.isSuperset(of: .files)
        }
    }

    /// That of a process which has entered none.
    public static var initial: UserNamespace {
        UserNamespace(mapping: .all, originalUserID: geteuid(), originalGroupID: getegid())
    }

    /// Makes slipway root in a user namespace of its own, in this very process, if it needs one to mount.
    ///
    /// To be called first in main, while the process has one thread. For root it does nothing, unless root may do less than
    /// root can, as in containers. The environment (`HOME`, `XDG_*`), the working directory and the process id stay as they
    /// are.
    ///
    /// - Throws: `.userNamespaceRefused` if a namespace was made but cannot be used.
    public static func enterIfNeeded() throws(SandboxError) -> UserNamespace {
        let initial = Self.initial
        let capabilities = Capabilities.effective
        if initial.originalUserID == 0, capabilities.contains(.administrate) { return initial }
        // A host that lets everybody have a namespace but nobody use it is found out in a child: there is no way back.
        if SmallFile.read("/proc/sys/kernel/apparmor_restrict_unprivileged_userns")?.hasPrefix("1") ?? false {
            let error = csandbox_try_user_namespace(initial.originalUserID)
            if error != 0 { return initial.refused(Errno(rawValue: error)) }
        }
        if initial.originalUserID == 0, capabilities.isSuperset(of: [.setUsers, .setGroups]) {
            return try initial.enterWithSameIDs()
        }
        return try initial.enterAsUser()
    }

    private func refused(_ cause: Errno) -> UserNamespace {
        var result = self
        result.mapping = .refused(Self.refusal(cause))
        return result
    }

    /// Root with the right to map ids, but not to mount.
    private func enterWithSameIDs() throws(SandboxError) -> UserNamespace {
        // What exists in the namespace that this one is made in.
        let users = Self.identity(SmallFile.read("/proc/self/uid_map") ?? "")
        let groups = Self.identity(SmallFile.read("/proc/self/gid_map") ?? "")
        var result = csandbox_namespace_result()
        let error = unsafe users.withCString { users in
            unsafe groups.withCString { groups in
                var maps = unsafe csandbox_id_maps(newuidmap: nil, newgidmap: nil, users: users, groups: groups)
                return unsafe csandbox_enter_user_namespace(&maps, originalUserID, originalGroupID, &result)
            }
        }
        if result.unshare_error != 0 { return refused(Errno(rawValue: result.unshare_error)) }
        guard error == 0 else { throw Self.refusal(Errno(rawValue: error)) }
        var entered = self
        let isMapped = result.users_mapped != 0 && result.groups_mapped != 0
        entered.mapping = isMapped ? .identity : .single(reason: "the ids of this container cannot be mapped")
        return entered
    }

    /// The lines of a map in which every id that a map has on its inside is itself.
    static func identity(_ map: String) -> String {
        map.split(separator: "\n").map { line in
            let fields = line.split(whereSeparator: \.isWhitespace)
            return fields.count == 3 ? "\(fields[0]) \(fields[0]) \(fields[2])\n" : ""
        }.joined()
    }

    /// An ordinary user, or a root with no right to map ids.
    private func enterAsUser() throws(SandboxError) -> UserNamespace {
        let (user, group) = (originalUserID, originalGroupID)
        let names = [Self.userName(user), String(user)].compactMap { $0 }
        let users = SubordinateIDs.parse(SmallFile.read("/etc/subuid") ?? "", owners: names)
        let groups = SubordinateIDs.parse(SmallFile.read("/etc/subgid") ?? "", owners: names)
        let userTool = Self.findTool("newuidmap")
        let groupTool = Self.findTool("newgidmap")
        let process = getpid()
        let isComplete = !users.isEmpty && !groups.isEmpty && userTool != nil && groupTool != nil
        var result = csandbox_namespace_result()
        let error = unsafe Self.withArgumentVector(
            isComplete ? SubordinateIDs.command(userTool ?? "", process: process, own: user, ranges: users) : nil
        ) { userCommand in
            unsafe Self.withArgumentVector(
                isComplete ? SubordinateIDs.command(groupTool ?? "", process: process, own: group, ranges: groups) : nil
            ) { groupCommand in
                var maps = unsafe csandbox_id_maps(
                    newuidmap: userCommand, newgidmap: groupCommand, users: nil, groups: nil)
                return unsafe csandbox_enter_user_namespace(&maps, user, group, &result)
            }
        }
        if result.unshare_error != 0 { return refused(Errno(rawValue: result.unshare_error)) }
        guard error == 0 else { throw Self.refusal(Errno(rawValue: error)) }
        var entered = self
        if result.users_mapped != 0, result.groups_mapped != 0 {
            entered.mapping = .subordinate(
                users: users.reduce(0) { $0 &+ $1.count }, groups: groups.reduce(0) { $0 &+ $1.count })
        } else {
            entered.mapping = .single(
                reason: Self.reasonForSingle(
                    user: names.first ?? "", hasTools: userTool != nil && groupTool != nil,
                    hasRanges: !users.isEmpty && !groups.isEmpty,
                    diagnostics: unsafe withUnsafeBytes(of: result.diagnostics) { bytes in
                        unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
                    }))
        }
        return entered
    }

    static func reasonForSingle(user: String, hasTools: Bool, hasRanges: Bool, diagnostics: String) -> String {
        if !hasTools { return "newuidmap and newgidmap are missing: install the package uidmap (shadow-utils)" }
        guard hasRanges else {
            return "\(user) has no subordinate ids: run "
                + "usermod --add-subuids 100000-165535 --add-subgids 100000-165535 \(user) as root"
        }
        let words = diagnostics.split(separator: "\n").joined(separator: "; ")
        return words.isEmpty ? "newuidmap or newgidmap failed" : words
    }

    private static func refusal(_ cause: Errno) -> SandboxError {
        SandboxError(
            .userNamespaceRefused, "cannot make a user namespace", cause: cause,
            help: helpForRefusal(
                cause,
                readSetting: { SmallFile.read(FilePath("/proc/sys").appending($0))?.prefix { $0 != "\n" }.description })
        )
    }

    static func helpForRefusal(_ cause: Errno, readSetting: (String) -> String?) -> String {
        if readSetting("user/max_user_namespaces") == "0" { return "as root: sysctl user.max_user_namespaces=15000" }
        if readSetting("kernel/unprivileged_userns_clone") == "0" {
            return "as root: sysctl kernel.unprivileged_userns_clone=1"
        }
        if readSetting("kernel/apparmor_restrict_unprivileged_userns") == "1" {
            return "as root: sysctl kernel.apparmor_restrict_unprivileged_userns=0, or give slipway an AppArmor profile"
        }
        if cause == .noSpace { return "too many user namespaces: raise user.max_user_namespaces" }
        return "inside another container, allow user namespaces, for example with "
            + "docker run --security-opt seccomp=unconfined --security-opt apparmor=unconfined"
    }

    private static func userName(_ user: UInt32) -> String? {
        var record = unsafe passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16384)
        return unsafe buffer.withUnsafeMutableBufferPointer { buffer in
            guard let start = buffer.baseAddress, unsafe getpwuid_r(user, &record, start, buffer.count, &found) == 0,
                let name = unsafe found?.pointee.pw_name
            else {
                return nil
            }
            return unsafe String(cString: name)
        }
    }

    /// Where a tool is, in the usual places or `PATH`.
    private static func findTool(_ name: String) -> String? {
        let path = unsafe getenv("PATH").map { unsafe String(cString: $0) } ?? ""
        let directories =
            ["/usr/bin", "/bin", "/usr/local/bin", "/usr/sbin"] + path.split(separator: ":").map(String.init)
        return directories.lazy.filter { $0.hasPrefix("/") }.map { "\($0)/\(name)" }.first {
            unsafe access($0, X_OK) == 0
        }
    }

    private static func withArgumentVector<Result>(
        _ arguments: [String]?, _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>?) -> Result
    ) -> Result {
        guard let arguments else { return body(nil) }
        var vector = unsafe arguments.map { unsafe strdup($0) } + [nil]
        defer { unsafe vector.forEach { unsafe free($0) } }
        return unsafe vector.withUnsafeMutableBufferPointer { unsafe body(UnsafePointer($0.baseAddress)) }
    }
}
