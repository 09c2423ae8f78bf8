import ArgumentParser
import OCI
import Transfer

/// How commands that move images show what they do and did.
struct TransferFlags: ParsableArguments {
    @Flag(name: [.short, .long], help: "Show no progress; print only what a script needs.")
    var quiet = false

    @Option(
        parsing: .unconditional,
        help: .init("How progress is shown: auto, tty, plain, rawjson or quiet.", valueName: "mode"),
        completion: .progressModes)
    var progress: String?

    @Option(help: .init("How the result is printed: table or json (one object a line).", valueName: "format"))
    var format = ListFormat.table

    func mode(_ context: CommandContext) throws(CommandLineError) -> ProgressMode {
        try ProgressMode.resolve(
            flag: progress, quiet: quiet, environment: context.environment,
            isTerminal: context.standardError.isTerminal)
    }

    /// The platform that a `--platform` names.
    static func platform(_ text: String) throws(CommandLineError) -> Platform {
        do { return try Platform(parsing: text) } catch { throw CommandLineError("--platform: \(error)") }
    }
}
