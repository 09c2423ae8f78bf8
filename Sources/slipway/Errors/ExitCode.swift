/// With which status the program ends (design, section 1).
struct ExitCode: Hashable, Sendable {
    var rawValue: Int32

    static let success = ExitCode(rawValue: 0)
    /// The build, or whatever was asked for, failed.
    static let failure = ExitCode(rawValue: 1)
    /// The command line or the Dockerfile is wrong.
    static let usage = ExitCode(rawValue: 2)
    static let interrupted = ExitCode(rawValue: 130)
    static let terminated = ExitCode(rawValue: 143)
    /// What a shell reports for a program that ended because nobody reads its output any more (SIGPIPE).
    static let brokenPipe = ExitCode(rawValue: 141)
    /// `run`: the container could not be started.
    static let containerFailure = ExitCode(rawValue: 125)
    /// `run`: the command cannot be executed.
    static let notExecutable = ExitCode(rawValue: 126)
    /// `run`: the command does not exist.
    static let notFound = ExitCode(rawValue: 127)
}
