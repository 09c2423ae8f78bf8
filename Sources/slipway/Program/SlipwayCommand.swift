import ArgumentParser

/// A command that does something.
///
/// ArgumentParser's own `run()` is not used: it has no way to hand a command its context.
protocol SlipwayCommand: ParsableCommand, Sendable {
    /// How the process must be prepared, before its first thread starts.
    var preparation: ProcessPreparation { get }
    /// What SIGINT and SIGTERM do.
    var signalHandling: SignalHandling { get }
    /// Whether and where the command line names the store.
    var store: StoreFlags { get }
    /// What the command line says about how much may come out of archives; `nil` for commands without such flags.
    var limitFlags: LimitFlags? { get }

    /// Carries out the command; the result is the status the program ends with.
    func run(in context: CommandContext) async throws -> ExitCode
}

extension SlipwayCommand {
    var signalHandling: SignalHandling { .cancel }
    var limitFlags: LimitFlags? { nil }
}

enum ProcessPreparation: Comparable {
    /// The process stays as it is.
    case none
    /// The process is root over the ids of the files in the store.
    case userNamespace
    /// Beside that, sandboxes can be run.
    case sandbox
}

enum SignalHandling {
    /// The command's task is cancelled; the program ends within two seconds.
    case cancel
    /// The command gets them as `CommandContext.signals`.
    case forward
}

/// Where the store is.
struct StoreFlags: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: .init(
            "The directory of the store.",
            discussion: "Default: $SLIPWAY_ROOT, $XDG_DATA_HOME/slipway, or /var/lib/slipway for root",
            valueName: "path"), completion: .directory)
    var root: String?
}
