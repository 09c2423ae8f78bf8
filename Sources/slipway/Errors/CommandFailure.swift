/// Something a command could not do; the program ends with `exitCode`.
struct CommandFailure: Error, Equatable, Sendable {
    /// One sentence without a full stop.
    var message: String
    /// What the user can do about it.
    var help: String?
    var exitCode = ExitCode.failure

    init(_ message: String, help: String? = nil, exitCode: ExitCode = .failure) {
        self.message = message
        self.help = help
        self.exitCode = exitCode
    }
}
