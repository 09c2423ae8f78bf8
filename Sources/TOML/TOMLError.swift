/// Why a text is no TOML document.
public struct TOMLError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The line that it was noticed on, the first being 1.
    public var line: Int
    /// What is wrong, without a full stop.
    public var message: String
    /// The line's text.
    public var text: String

    /// Line and message.
    public var description: String { "line \(line): \(message)" }
}
