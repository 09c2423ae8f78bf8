/// Why something cannot be drawn.
public struct DiagramError: Error, Sendable, Hashable {
    /// One sentence without a full stop.
    public var message: String
    /// What the user can do about it.
    public var help: String?

    init(_ message: String, help: String? = nil) {
        self.message = message
        self.help = help
    }
}
