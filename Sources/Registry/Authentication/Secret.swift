/// Text that must not reach a log, an error or a debugger's dump by accident: every description of it is `<secret>`.
struct Secret: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The text itself, for the one place that sends it.
    let exposed: String

    init(_ text: String) { exposed = text }

    var description: String { "<secret>" }
    var debugDescription: String { "<secret>" }
    var customMirror: Mirror { Mirror(self, children: []) }
}
