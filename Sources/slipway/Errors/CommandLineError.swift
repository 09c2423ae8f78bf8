/// A command line that cannot be carried out; the program ends with status 2.
struct CommandLineError: Error, Equatable, Sendable {
    /// One sentence without a full stop.
    var message: String
    /// What the user can do about it.
    var help: String?

    init(_ message: String, help: String? = nil) {
        self.message = message
        self.help = help
    }
}
