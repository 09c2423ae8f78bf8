/// Why an image cannot be moved, where neither a registry nor the store is to blame.
public struct ImageTransferError: Error, Hashable, Sendable, CustomStringConvertible {
    /// One sentence for the user, without a full stop.
    public var message: String
    /// What to do about it.
    public var help: String?

    init(_ message: String, help: String? = nil) {
        self.message = message
        self.help = help
    }

    /// The message.
    public var description: String { message }
}
