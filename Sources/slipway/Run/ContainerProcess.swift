import OCI

/// The process that a container runs: the image's configuration and the command line put together, as docker does it.
struct ContainerProcess: Equatable, Sendable {
    var arguments: [String]
    /// `NAME=value`. `HOME` is missing if nobody sets it: it depends on the user's entry in `passwd`.
    var environment: [String]
    var workingDirectory: String
    /// `user[:group]`, empty for root.
    var user: String
    var stopSignal: Int32

    private static let defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

    /// - Throws: if there is nothing to run.
    init(_ options: RunOptions, _ image: ContainerConfiguration, hostname: String) throws(CommandFailure) {
        // A new entrypoint also makes the image's command void: it was meant for the old one.
        let command = options.command.isEmpty && options.entrypoint == nil ? image.command : options.command
        arguments = (options.entrypoint ?? image.entrypoint) + command
        guard !arguments.isEmpty else {
            throw CommandFailure(
                "no command specified: the image has neither entrypoint nor command",
                help: "slipway run IMAGE COMMAND", exitCode: .containerFailure)
        }
        var variables: [KeyValue] = [KeyValue(key: "PATH", value: Self.defaultPath)]
        variables.append(KeyValue(key: "HOSTNAME", value: hostname))
        if options.hasTerminal { variables.append(KeyValue(key: "TERM", value: "xterm")) }
        for assignment in image.environment {
            let pair = assignment.splitOnce("=")
            Self.set(pair.before, to: pair.after ?? "", in: &variables)
        }
        for variable in options.environment { Self.set(variable.key, to: variable.value, in: &variables) }
        environment = variables.map { "\($0.key)=\($0.value)" }
        let directory = options.workingDirectory ?? image.workingDirectory
        workingDirectory = directory.isEmpty ? "/" : directory
        user = options.user ?? image.user
        let signal = image.stopSignal
        guard let number = SignalName.number(signal.isEmpty ? "SIGTERM" : signal) else {
            throw CommandFailure("the image names an unknown stop signal: \(signal)", exitCode: .containerFailure)
        }
        stopSignal = number
    }

    /// The home directory becomes `HOME` unless the image or the command line sets it.
    mutating func setHome(_ home: String) {
        if !environment.contains(where: { $0.hasPrefix("HOME=") }) { environment.append("HOME=\(home)") }
    }

    private static func set(_ key: String, to value: String, in variables: inout [KeyValue]) {
        if let index = variables.firstIndex(where: { $0.key == key }) {
            variables[index].value = value
        } else {
            variables.append(KeyValue(key: key, value: value))
        }
    }
}
