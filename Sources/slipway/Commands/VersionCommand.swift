import ArgumentParser

/// `slipway version`
struct VersionCommand: SlipwayCommand {
    static let configuration = CommandConfiguration(commandName: "version", abstract: "Show the version.")

    var preparation: ProcessPreparation { .none }
    var store: StoreFlags { StoreFlags() }

    func run(in context: CommandContext) throws -> ExitCode {
        try context.standardOutput.writeLine("slipway version \(Slipway.version)")
        return .success
    }
}
