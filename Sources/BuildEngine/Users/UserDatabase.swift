/// The users and groups of an image, from its `/etc/passwd` and `/etc/group`.
public struct UserDatabase: Sendable {
    /// A line of `/etc/passwd`.
    public struct User: Sendable, Hashable {
        /// The user's name.
        public var name: String
        /// The user's number.
        public var uid: UInt32
        /// The number of the primary group.
        public var gid: UInt32
        /// The home directory; may be empty.
        public var home: String
    }

    /// A line of `/etc/group`.
    public struct Group: Sendable, Hashable {
        /// The group's name.
        public var name: String
        /// The group's number.
        public var gid: UInt32
        /// The names of the users in it.
        public var members: [String]
    }

    /// In the order of the file.
    public var users: [User]
    /// In the order of the file.
    public var groups: [Group]
    /// Whether the image has a `/etc/passwd` at all.
    public var hasPasswd: Bool

    /// Reads both files; nil where the image has none. Lines that do not have the form of the file are passed over, as
    /// the C library does.
    public init(passwd: String?, group: String?) {
        hasPasswd = passwd != nil
        users = Self.records(passwd, fields: 7).compactMap { fields in
            guard let uid = UInt32(fields[2]), let gid = UInt32(fields[3]) else { return nil }
            return User(name: fields[0], uid: uid, gid: gid, home: fields[5])
        }
        groups = Self.records(group, fields: 4).compactMap { fields in
            guard let gid = UInt32(fields[2]) else { return nil }
            return Group(
                name: fields[0], gid: gid, members: fields[3].split(separator: ",").map(String.init))
        }
    }

    private static func records(_ text: String?, fields count: Int) -> [[String]] {
        guard let text else { return [] }
        return text.split(whereSeparator: \.isNewline).compactMap { line in
            let fields = line.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
            return fields.count >= count && !fields[0].isEmpty && !fields[0].hasPrefix("#") ? fields : nil
        }
    }
}
