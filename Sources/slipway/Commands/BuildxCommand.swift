import ArgumentParser

/// `slipway buildx build`, for scripts that say `docker buildx build`.
struct BuildxCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "buildx", abstract: "The same as slipway build, du and prune.", shouldDisplay: false,
        subcommands: [BuildCommand.self, DuCommand.self, PruneCommand.self])
}

/// `slipway builder prune`, for scripts that say `docker builder prune`.
struct BuilderCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "builder", abstract: "The same as slipway build and prune.", shouldDisplay: false,
        subcommands: [BuildCommand.self, PruneCommand.self])
}
