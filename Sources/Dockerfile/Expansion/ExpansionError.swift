/// A text that cannot be expanded: bad syntax, or a `${name:?message}` that strikes.
public struct ExpansionError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong.
    public var message: String

    init(_ message: String) {
        self.message = message
    }

    /// What is wrong.
    public var description: String { message }
}
