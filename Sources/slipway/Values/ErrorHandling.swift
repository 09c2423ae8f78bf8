/// What `--on-error` asks for when a RUN fails.
enum ErrorHandling: Equatable, Sendable {
    /// The build ends.
    case stop
    /// The build ends, and what the step has written is kept.
    case keep
    /// Beside that, a shell is opened in the step's root: this one, or that of the step.
    case shell(String?)

    init(parsing text: String) throws(CommandLineError) {
        let pair = text.splitOnce("=")
        switch (pair.before, pair.after) {
        case ("stop", nil): self = .stop
        case ("keep", nil): self = .keep
        case ("shell", nil): self = .shell(nil)
        case ("shell", let program?) where !program.isEmpty: self = .shell(program)
        default:
            throw CommandLineError(
                "--on-error: \"\(text)\" is not supported", help: "use shell, shell=PROGRAM, keep or stop")
        }
    }
}
