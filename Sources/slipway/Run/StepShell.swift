import BuildEngine
import ContentStore
import Sandbox
import SystemPackage

/// Opens the root of a failed step: a shell at the terminal, or a command for a program.
struct StepShell {
    let context: CommandContext
    let step: KeptStep
    let debugger: StepDebugger
    /// Where secrets and agents come from.
    let request: BuildRequest

    /// The name of a step is its whole instruction.
    private static let widestName = 60

    /// The failed step of a build; nil if it was not kept.
    init?(of build: Int64, _ context: CommandContext, _ request: BuildRequest) throws {
        guard let launcher = context.launcher else { throw CommandFailure("there is no sandbox to reopen a step in") }
        let store = try ContentStore.open(root: context.root, access: .readWrite)
        debugger = StepDebugger(store: store, launcher: launcher)
        guard let step = try debugger.step(of: build) else { return nil }
        self.step = step
        self.context = context
        self.request = request
    }

    /// Where a person sees what the process shows; nil where a shell has nobody to talk to.
    static func terminal(_ context: CommandContext) -> FileDescriptor? {
        context.standardInputIsTerminal && context.standardOutput.isTerminal ? context.standardOutput.descriptor : nil
    }

    /// The same for a build, whose standard output may take its result.
    static func terminalOfBuild(_ context: CommandContext) -> FileDescriptor? {
        if let terminal = terminal(context) { return terminal }
        return context.standardInputIsTerminal && context.standardError.isTerminal
            ? context.standardError.descriptor : nil
    }

    /// Runs a process to its end.
    ///
    /// - Parameters:
    ///   - terminal: where it is shown, if a person is there; else its output is that of slipway.
    ///   - start: carries out a specification.
    func run(
        _ process: StepDebugger.Process, at terminal: FileDescriptor?,
        start: @Sendable (ProcessSpecification, StandardStreams) async throws -> ExitStatus?
    ) async throws -> ExitStatus? {
        var process = process
        if let terminal {
            process.hasTerminal = true
            process.environment.insert("TERM=\(context.environment["TERM"] ?? "xterm")", at: 0)
            return try await debugger.open(step, process, request) { specification in
                try await TerminalRelay.use(input: context.standardInput, output: terminal) { side in
                    try await start(specification, StandardStreams(input: side, output: side, error: side))
                }
            }
        }
        guard let output = context.standardOutput.descriptor, let error = context.standardError.descriptor else {
            throw CommandFailure("there is no output for a process")
        }
        let streams = StandardStreams(input: context.standardInput, output: output, error: error)
        return try await debugger.open(step, process, request) { try await start($0, streams) }
    }

    /// What a person has to know before the prompt comes.
    var introduction: String {
        let name = DisplayWidth.cut(
            TerminalText.sanitized(step.name), to: Self.widestName, ellipsis: context.palette.ellipsis)
        var text = "The root of \(name), as it was left. exit, or Ctrl-D, leaves it.\n"
        if let note = missingNote { text += TerminalText.sanitized(note) + "\n" }
        return text
    }

    /// What the step had and the process does not have; nil for nothing.
    var missingNote: String? {
        let missing = debugger.missing(for: step, in: request)
        return missing.isEmpty
            ? nil : "Secrets are not kept. The step had these, too: \(missing.joined(separator: " "))"
    }
}
