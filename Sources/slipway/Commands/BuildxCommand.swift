import ArgumentParser

/// `slipway buildx build`, for scripts that say `docker buildx build`.
struct BuildxCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "buildx", abstract: "The same as slipway build.", shouldDisplay: false,
        subcommands: [BuildCommand.self])
}
