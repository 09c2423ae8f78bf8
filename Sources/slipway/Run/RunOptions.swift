import OCI
import SystemPackage

/// What a command line of `slipway run` asks for, as checked values.
struct RunOptions: Equatable, Sendable {
    enum Network: Equatable, Sendable {
        case host, none, `private`
    }

    var image: String
    /// In place of the image's command.
    var command: [String] = []
    /// In place of the image's entrypoint, and then its command is left out too; empty for none.
    var entrypoint: [String]?
    /// In addition to the image's, later ones win.
    var environment: [KeyValue] = []
    /// `user[:group]`.
    var user: String?
    /// Absolute.
    var workingDirectory: String?
    var volumes: [VolumeSpecification] = []
    var network = Network.host
    /// What executes the process, as given; Slipway's own sandbox if `nil`.
    var runtime: String?
    var isInteractive = false
    /// Whether the process has a terminal of its own.
    var hasTerminal = false
    /// Which image of one for several platforms; that for this machine if `nil`.
    var platform: Platform?
}

extension RunOptions {
    /// Checks a command line.
    ///
    /// - Parameters:
    ///   - words: the image, and the command with its arguments.
    ///   - read: reads a file of `--env-file`.
    init(
        _ flags: RunFlags, words: [String], environment: [String: String],
        read: (FilePath) throws -> String
    ) throws {
        try flags.refuse()
        guard let image = words.first else {
            throw CommandLineError(
                "\"slipway run\" requires at least 1 argument",
                help: "usage: slipway run [OPTIONS] IMAGE [COMMAND] [ARG...]")
        }
        // Options that the parser does not know end up here, since all behind the image is passed through.
        guard !image.hasPrefix("-") else {
            throw CommandLineError(
                "unknown option '\(image)'", help: "usage: slipway run [OPTIONS] IMAGE [COMMAND] [ARG...]")
        }
        self.image = image
        command = Array(words.dropFirst())
        entrypoint = flags.entrypoint.map { $0.isEmpty ? [] : [$0] }
        var assignments: [String] = []
        for path in flags.envFile { assignments += try EnvironmentFile.parse(try read(FilePath(path)), path: path) }
        self.environment = try KeyValue.parse(assignments + flags.env, flag: "--env", environment: environment)
        user = flags.user
        if let directory = flags.workdir {
            guard directory.hasPrefix("/") else {
                throw CommandLineError("--workdir: \"\(directory)\" is not an absolute path")
            }
            workingDirectory = directory
        }
        volumes = try flags.volume.map(VolumeSpecification.init(parsing:))
        switch flags.network ?? "host" {
        case "host", "default": network = .host
        case "none": network = .none
        case "private": network = .private
        default:
            throw CommandLineError(
                "--network: \"\(flags.network ?? "")\" is not supported", help: "use host, private or none")
        }
        runtime = flags.runtime.flatMap { $0.isEmpty ? nil : $0 }
        isInteractive = flags.interactive
        hasTerminal = flags.tty
        platform = try PlatformFlag.parse(flags.platform)
    }
}
