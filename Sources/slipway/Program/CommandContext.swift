import Archive
import BuildEngine
import FoundationEssentials
import OCI
import Sandbox
import SystemPackage

/// All that a command touches outside of itself. The program makes one of the process, a test one of memory.
struct CommandContext: Sendable {
    /// Results.
    var standardOutput: ByteOutput
    /// Progress and diagnostics.
    var standardError: ByteOutput
    /// Where `-f -`, a context `-` and `load` read.
    var standardInput: FileDescriptor
    var standardInputIsTerminal = false
    var environment: [String: String]
    /// The store; empty for commands that have none.
    var root: FilePath
    /// How much may come out of archives and layers that others made.
    var limits = UnpackLimits()
    var now: @Sendable () -> Date
    /// Which ids exist; `nil` for commands that do not care.
    var userNamespace: UserNamespace?
    /// Runs sandboxes; only for commands that asked for it.
    var launcher: SandboxLauncher?
    /// The signals that arrive while a command with `SignalHandling.forward` runs.
    var signals: AsyncStream<Int32>
    /// Carries out a build.
    var build: @Sendable (BuildOptions, BuildResources) async throws -> BuildOutcome
    /// Answers what `--call` asks.
    var answer: @Sendable (CallSpecification, BuildOptions, BuildResources) async throws -> CallAnswer = Engine.answer

    /// What diagnostics can look like.
    var palette: Palette {
        var palette = Palette(environment: environment)
        palette.color = palette.color && standardError.isTerminal
        return palette
    }
}

/// What a build uses beside its request.
struct BuildResources: Sendable {
    var root: FilePath
    var limits = UnpackLimits()
    var launcher: SandboxLauncher?
    /// For proxies and credentials of registries.
    var environment: [String: String]
    var progress: any ProgressSink
    /// Read by contexts and Dockerfiles `-`.
    var standardInput: FileDescriptor
    /// Written by outputs `dest=-`.
    var standardOutput: ByteOutput
}

/// What a build made.
struct BuildOutcome: Equatable, Sendable {
    /// The descriptor of the image's manifest or index, and the digest of its configuration, which an index has not;
    /// `nil` if no output made an image.
    struct Image: Equatable, Sendable {
        var descriptor: Descriptor
        var configuration: Digest?
    }

    var image: Image?
    /// The names that the image got, in canonical form.
    var names: [ImageReference] = []
}
