/// Text that must not reach a log, an error or a debugger's dump by accident: every description of it is `<secret>`.
public struct Secret: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The text itself, for the one place that sends it.
    public let exposed: String

    /// Hides `text`.
    public init(_ text: String) { exposed = text }

    /// Not the text.
    public var description: String { "<secret>" }
    /// Not the text.
    public var debugDescription: String { "<secret>" }
    /// Nothing.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
