import Dockerfile
import OCI

/// What a stage has come to after some of its instructions.
struct StageState {
    /// A declared build argument, with its value if it has one.
    struct Argument {
        var name: String
        var value: String?
    }

    /// The operation that made the file system.
    var head: OperationID
    /// What the image's configuration would be.
    var configuration: ImageConfiguration
    /// What later instructions expand variables from and `RUN` gives to its process: `ENV` and `ARG`, the last one wins.
    var environment = EnvironmentList()
    /// The arguments declared so far, in order.
    var arguments: [Argument] = []
    var platform: Platform
    /// Whether this stage itself has said `CMD`.
    var setsCommand = false
    /// How many operations of this stage have a number in their name, and how many there will be.
    var step = 0
    var stepCount = 0
    /// Whether the stage or one it starts from has said `WORKDIR`.
    var hasWorkdir = false
    /// Where this stage itself has said `CMD`, `ENTRYPOINT` and `HEALTHCHECK` last.
    var lastPlaces: [String: SourceRange] = [:]
    /// Whether the instruction at hand was inherited from an image's `ONBUILD`.
    var isTrigger = false
    /// Whether variables without a value stay as references, because a base image that is not looked at may set them.
    var keepsUnknownVariables = false

    /// The working directory; absolute.
    var workingDirectory: String {
        configuration.container.workingDirectory.isEmpty ? "/" : configuration.container.workingDirectory
    }

    /// Adds an entry to the image's history.
    mutating func record(_ createdBy: String, makesLayer: Bool = false) {
        configuration.history.append(
            HistoryEntry(createdBy: createdBy, comment: "buildkit.dockerfile.v0", isEmptyLayer: !makesLayer))
    }

    /// The shell of shell-form instructions.
    var shell: [String] {
        configuration.container.shell.isEmpty ? ["/bin/sh", "-c"] : configuration.container.shell
    }

    /// The arguments as `RUN` records them: `|2 A=1 B=2 `, or nothing.
    var recordedArguments: String {
        guard !arguments.isEmpty else { return "" }
        let list = arguments.map { "\($0.name)=\(environment[$0.name] ?? $0.value ?? "")" }
        return "|\(list.count) " + list.joined(separator: " ") + " "
    }
}
