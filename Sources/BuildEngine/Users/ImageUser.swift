/// Who a process runs as, or who owns what an instruction writes.
public struct ImageUser: Sendable, Hashable {
    /// The user's number.
    public var uid: UInt32
    /// The number of the primary group.
    public var gid: UInt32
    /// Groups beside `gid`.
    public var supplementaryGroups: [UInt32]
    /// The home directory, `/` where the user has none.
    public var home: String

    /// The superuser.
    public static let root = ImageUser(uid: 0, gid: 0, supplementaryGroups: [], home: "/root")

    /// A user of the given parts.
    public init(uid: UInt32, gid: UInt32, supplementaryGroups: [UInt32], home: String) {
        self.uid = uid
        self.gid = gid
        self.supplementaryGroups = supplementaryGroups
        self.home = home
    }
}

/// A user or group that an image does not have.
public struct UnknownUser: Error, Sendable, CustomStringConvertible {
    /// What is missing and where.
    public var description: String
}

extension UserDatabase {
    /// Whom `USER user[:group]` means for a process: names and numbers are looked up; a number need not be in the files.
    /// A group that is given takes the place of the user's own groups.
    ///
    /// Throws ``UnknownUser`` for a name that is in neither file.
    public func process(_ specification: String) throws(UnknownUser) -> ImageUser {
        let (userPart, groupPart) = Self.split(specification)
        var identity = ImageUser(uid: 0, gid: 0, supplementaryGroups: [], home: "/")
        let uid = userPart.isEmpty ? 0 : UInt32(userPart)
        let known = users.first { $0.name == userPart } ?? uid.flatMap { uid in users.first { $0.uid == uid } }
        if let known {
            identity = ImageUser(uid: known.uid, gid: known.gid, supplementaryGroups: [], home: known.home)
            if groupPart == nil {
                identity.supplementaryGroups = groups.filter { $0.members.contains(known.name) }.map(\.gid)
            }
        } else if let uid {
            identity.uid = uid
        } else if !userPart.isEmpty, userPart != "root" {
            throw UnknownUser(description: "unable to find user \(userPart): no matching entries in passwd file")
        }
        if let groupPart { identity.gid = try group(groupPart) }
        // The kernel takes 4294967295 for "as it is", which is the superuser here.
        guard identity.uid <= Self.largestNumber, identity.gid <= Self.largestNumber else {
            throw UnknownUser(description: "uids and gids must be in range 0-\(Self.largestNumber)")
        }
        // The primary group is among the others, as login(1) has it.
        identity.supplementaryGroups.removeAll { $0 == identity.gid }
        identity.supplementaryGroups.insert(identity.gid, at: 0)
        if identity.home.isEmpty { identity.home = "/" }
        return identity
    }

    private static let largestNumber = UInt32(Int32.max)

    /// Whom `--chown=user[:group]` means: a name takes its primary group from passwd, a number is also the group.
    ///
    /// Throws ``UnknownUser`` for a name that is in neither file.
    public func owner(_ specification: String) throws(UnknownUser) -> ImageUser {
        let (userPart, groupPart) = Self.split(specification)
        var identity: ImageUser
        if let uid = UInt32(userPart) {
            identity = ImageUser(uid: uid, gid: uid, supplementaryGroups: [], home: "/")
        } else if userPart.isEmpty {
            identity = .root
        } else if let known = users.first(where: { $0.name == userPart }) {
            identity = ImageUser(uid: known.uid, gid: known.gid, supplementaryGroups: [], home: known.home)
        } else if userPart == "root" {
            identity = .root
        } else {
            let reason = hasPasswd ? "no such user in /etc/passwd" : "the image has no /etc/passwd"
            throw UnknownUser(description: "unable to find user \(userPart): \(reason)")
        }
        if let groupPart { identity.gid = try group(groupPart) }
        // An empty group, as in `7:`, is the superuser's.
        if specification.hasSuffix(":") { identity.gid = 0 }
        return identity
    }

    private func group(_ text: String) throws(UnknownUser) -> UInt32 {
        if let known = groups.first(where: { $0.name == text }) { return known.gid }
        if let gid = UInt32(text) { return gid }
        if text == "root" { return 0 }
        throw UnknownUser(description: "unable to find group \(text): no matching entries in group file")
    }

    private static func split(_ specification: String) -> (user: String, group: String?) {
        let parts = specification.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let group = parts.count > 1 && !parts[1].isEmpty ? String(parts[1]) : nil
        return (String(parts.first ?? ""), group)
    }
}
