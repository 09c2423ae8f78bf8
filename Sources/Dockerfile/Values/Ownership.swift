/// The value of `--chown`, or of `USER`: `user[:group]`.
public struct Ownership: Sendable, Hashable {
    /// A user or a group: a number, or a name that `/etc/passwd` or `/etc/group` of the image knows.
    public enum Principal: Sendable, Hashable {
        /// A uid or gid.
        case id(UInt32)
        /// A name.
        case name(String)

        fileprivate init(_ text: String) {
            // Digits only: Swift's parser would also take a sign.
            let isNumber = !text.isEmpty && text.utf8.allSatisfy(Byte.isDigit)
            self = (isNumber ? UInt32(text) : nil).map(Principal.id) ?? .name(text)
        }
    }

    /// The user; nil if the value is empty before the colon.
    public var user: Principal?
    /// The group; nil if there is no colon or nothing behind it.
    public var group: Principal?

    /// Splits a value; variables must be expanded.
    public init(parsing text: String) {
        let parts = text.cut(at: Byte.colon) ?? (text, "")
        user = parts.before.isEmpty ? nil : Principal(parts.before)
        group = parts.after.isEmpty ? nil : Principal(parts.after)
    }
}
