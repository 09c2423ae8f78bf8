import ArgumentParser

/// `slipway run`
struct RunCommand: SlipwayCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run a command in a new container of an image.",
        usage: "slipway run [OPTIONS] IMAGE [COMMAND] [ARG...]")

    @OptionGroup var flags: RunFlags
    @OptionGroup var store: StoreFlags

    @Argument(
        parsing: .captureForPassthrough,
        help: .init("The name or id of an image, and a command in place of the image's.", valueName: "image"))
    var words: [String] = []

    /// Everything from the first word on that is no known option is passed through, so `--help` too.
    func validate() throws {
        if words.first == "--help" { throw CleanExit.helpRequest(self) }
    }

    var preparation: ProcessPreparation { .sandbox }
    var signalHandling: SignalHandling { .forward }

    func run(in context: CommandContext) async throws -> ExitCode {
        throw CommandFailure("not yet")
    }
}
