import ArgumentParser

/// The command line of slipway: flags in, progress and diagnostics out. No logic of its own.
///
/// - `Program` is the life of the process: it parses the command line, prepares the process, runs the command, handles
///   signals and ends with the right status.
/// - `Commands/` has one type a command. A command is a `SlipwayCommand`: it gets everything it touches from a
///   `CommandContext`, so that a test can run it in memory.
/// - `Build/` turns the flags of `build` into a checked `BuildOptions`; `Values/` are the values of single flags.
/// - `Progress/` shows the events of a build, `Terminal/` is what it draws with.
/// - `Errors/` turns errors of all modules into an `ErrorReport` and an `ExitCode`.
///
/// Results go to standard output, progress and diagnostics to standard error. Names of flags, forms of output and exit
/// codes are docker's where docker has them.
struct Slipway: ParsableCommand {
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "slipway",
        abstract: "Build container images from Dockerfiles: no daemon, no root.",
        version: "slipway version \(version)",
        subcommands: [
            BuildCommand.self, BuildxCommand.self, ImagesCommand.self, TagCommand.self, RmiCommand.self,
            RunCommand.self, InspectCommand.self, LoadCommand.self, SaveCommand.self, HistoryCommand.self,
            LoginCommand.self, LogoutCommand.self, PullCommand.self, PushCommand.self, CopyCommand.self,
            TagsCommand.self, ReferrersCommand.self, SBOMCommand.self,
            ExplainCommand.self, LogsCommand.self, DebugCommand.self, GraphCommand.self, DuCommand.self,
            PruneCommand.self,
            CacheCommand.self,
            DoctorCommand.self,
            BuilderCommand.self, VersionCommand.self,
        ])
}
