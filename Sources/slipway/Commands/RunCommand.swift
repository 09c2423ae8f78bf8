import ArgumentParser
import ContentStore
import FileSystem
import Glibc
import Sandbox
import SystemPackage

/// `slipway run`
struct RunCommand: SlipwayCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run a command in a new container of an image.",
        usage: "slipway run [OPTIONS] IMAGE [COMMAND] [ARG...]",
        discussion: """
            The container has the network of this machine and is removed when its process ends. The exit status is that \
            of the process; 125 if it could not be started, 126 if its command cannot be executed, 127 if there is no \
            such command.
            """)

    @OptionGroup var flags: RunFlags
    @OptionGroup var limits: LimitFlags
    @OptionGroup var store: StoreFlags

    @Argument(
        parsing: .captureForPassthrough,
        help: .init("The name or id of an image, and a command in place of the image's.", valueName: "image"),
        completion: .images)
    var words: [String] = []

    /// Everything from the first word on that is no known option is passed through, so `--help` too.
    func validate() throws {
        if words.first == "--help" { throw CleanExit.helpRequest(self) }
    }

    var preparation: ProcessPreparation { .sandbox }
    var signalHandling: SignalHandling { .forward }

    var limitFlags: LimitFlags? { limits }

    func run(in context: CommandContext) async throws -> ExitCode {
        do {
            let options = try RunOptions(flags, words: words, environment: context.environment, read: Self.read)
            guard let launcher = context.launcher, let output = context.standardOutput.descriptor,
                let error = context.standardError.descriptor
            else { throw CommandFailure("there is no sandbox to run a container in") }
            guard !options.hasTerminal || !options.isInteractive || context.standardInputIsTerminal else {
                throw CommandFailure(
                    "the input device is not a TTY", help: "use -i alone where standard input is no terminal")
            }
            let input = options.isInteractive ? context.standardInput : nil
            let runner = ContainerRunner(
                store: try ContentStore.open(root: context.root, access: .readWrite, limits: context.limits),
                launcher: launcher,
                options: options, path: context.environment["PATH"])
            let status: ExitStatus?
            if options.hasTerminal {
                status = try await TerminalRelay.use(input: input, output: output) { terminal in
                    let streams = StandardStreams(input: terminal, output: terminal, error: terminal)
                    return try await runner.run(streams, signals: context.signals)
                }
            } else {
                let streams = StandardStreams(input: input, output: output, error: error)
                status = try await runner.run(streams, signals: context.signals)
            }
            return ExitCode(rawValue: status?.shellCode ?? 128 + SIGKILL)
        } catch {
            throw Self.failure(error)
        }
    }

    /// Docker's exit statuses for a container that did not start.
    static func failure(_ error: any Error) -> CommandFailure {
        let report = ErrorReport(error)
        var failure = CommandFailure(report.message, help: report.help, exitCode: .containerFailure)
        switch error {
        case let error as SandboxError where error.code == .executableNotFound: failure.exitCode = .notFound
        case let error as SandboxError where error.code == .executableNotRunnable: failure.exitCode = .notExecutable
        case let error as CommandFailure: failure.exitCode = error.exitCode
        case let error as StoreError where error.code == .noSuchImage:
            failure.help = "build it with slipway build -t, or bring it in with slipway load"
        default: break
        }
        return failure
    }

    private static func read(_ path: FilePath) throws -> String {
        do {
            let file = try FileDescriptor.open(path, .readOnly, options: .closeOnExec)
            defer { file.closeAfterReading() }
            return String(decoding: try file.readAll(limit: 1 << 20, path: path), as: UTF8.self)
        } catch let error as Errno {
            throw CommandLineError("cannot read \(path): \(error)")
        }
    }
}
