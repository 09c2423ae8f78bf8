import ArgumentParser
import BuildEngine
import Sandbox
import SystemPackage

/// `slipway build`
struct BuildCommand: SlipwayCommand {
    static let configuration = CommandConfiguration(
        commandName: "build",
        // Parsed by itself (see `Program`), it does not look for a request for completions first, as `slipway` does.
        _superCommandName: "slipway",
        abstract: "Build an image from a Dockerfile.", usage: "slipway build [OPTIONS] PATH | -", aliases: ["b"])

    @OptionGroup var flags: BuildFlags
    @OptionGroup var unsupported: UnsupportedBuildFlags
    @OptionGroup var limits: LimitFlags
    @OptionGroup var store: StoreFlags

    @Argument(
        help: .init(
            "The context: a directory, a tar archive, a git or HTTP address; - reads an archive or a Dockerfile.",
            valueName: "path"), completion: .directory)
    var paths: [String] = []

    /// A question about the Dockerfile runs no process.
    var preparation: ProcessPreparation {
        let call = try? CallSpecification.resolve(call: flags.call, check: flags.check)
        return switch call?.method {
        case nil: .sandbox
        case .check, .outline: .userNamespace
        case .targets, .describe: .reading(context: paths.first ?? "")
        }
    }

    var limitFlags: LimitFlags? { limits }

    func run(in context: CommandContext) async throws -> ExitCode {
        try unsupported.refuse()
        let request = try BuildOptions(
            flags, paths: paths, environment: context.environment, isTerminal: context.standardError.isTerminal)
        if let call = request.call { return try await answer(call, request, context) }
        try refuseTerminal(request, context.standardOutput)

        // What is not there cannot be taken for the id of this build, should it fail.
        if let file = request.imageIDFile { try OutputFile.remove(file) }
        let presenter = ProgressPresenter(
            request.progress.renderer(
                title: request.title, palette: context.palette, explains: request.explains),
            output: context.standardError, now: context.now)
        let outcome: BuildOutcome
        do {
            outcome = try await presenter.present {
                try await context.build(
                    request,
                    BuildResources(
                        root: context.root, limits: context.limits, launcher: context.launcher,
                        environment: context.environment,
                        progress: presenter,
                        standardInput: context.standardInput, standardOutput: context.standardOutput))
            }
        } catch {
            let code = try report(error, presenter.failure, request, context)
            try await lookAround(after: error, request, context)
            return code
        }
        let result = BuildReceipt(outcome)
        try result.write(imageID: request.imageIDFile, metadata: request.metadataFile)
        let isOutputFree = !request.outputs.contains { $0.destination == .standardOutput }
        if request.progress == .quiet, isOutputFree, let id = result.imageID {
            try context.standardOutput.writeLine(id)
        }
        return .success
    }

    private func answer(
        _ call: CallSpecification, _ request: BuildOptions, _ context: CommandContext
    ) async throws -> ExitCode {
        let answer = try await context.answer(
            call, request,
            BuildResources(
                root: context.root, limits: context.limits, launcher: nil, environment: context.environment,
                progress: SilentProgress(),
                standardInput: context.standardInput, standardOutput: context.standardOutput))
        try context.standardOutput.write(answer.text)
        guard let failure = answer.failure else { return answer.exitCode }
        let report = ErrorReport(failure)
        try context.standardError.write(report.text(palette: context.palette))
        return report.exitCode
    }

    private func refuseTerminal(_ request: BuildOptions, _ output: ByteOutput) throws(CommandLineError) {
        guard output.isTerminal, request.outputs.contains(where: { $0.destination == .standardOutput }) else { return }
        throw CommandLineError(
            "--output: refusing to write an archive to the terminal", help: "use dest=FILE, or redirect standard output"
        )
    }

    /// Opens a shell in the root of the step that failed, if that is asked for and there is somebody at a terminal. How it
    /// ends does not matter: the build has failed.
    private func lookAround(
        after error: any Error, _ request: BuildOptions, _ context: CommandContext
    ) async throws {
        guard case .shell(let program) = request.onError, let error = error as? BuildError, error.isStepKept,
            let build = error.build, let terminal = StepShell.terminalOfBuild(context), let launcher = context.launcher
        else { return }
        var access = BuildRequest(context: nil)
        try access.take(secrets: request.secrets, agents: request.agents)
        guard let shell = try StepShell(of: build, context, access) else { return }
        var process = StepDebugger.Process()
        process.shell = program
        try context.standardError.write(shell.introduction)
        do {
            _ = try await shell.run(process, at: terminal) { specification, streams in
                try await launcher.run(
                    specification, standardInput: streams.input, standardOutput: streams.output,
                    standardError: streams.error
                ).status
            }
        } catch let error as SandboxError where error.code == .executableNotFound {
            var report = ErrorReport(error)
            report.help = "the image has no such shell: slipway debug \(build) -- COMMAND runs another program"
            try context.standardError.write(report.text(palette: context.palette))
        }
    }

    private func report(
        _ error: any Error, _ failure: StepFailure?, _ request: BuildOptions, _ context: CommandContext
    ) throws -> ExitCode {
        var report = ErrorReport(error)
        guard !report.isSilent else { return report.exitCode }
        if let build = (error as? BuildError)?.build, let failure, failure.isCut {
            report.notes.append("slipway logs \(build) --failed shows the whole output (\(failure.lineCount) lines)")
        }
        if let error = error as? BuildError, error.isStepKept, let build = error.build {
            report.notes.append("the root of the step is kept: slipway debug \(build) reopens it")
        }
        if request.progress == .rawjson {
            try context.standardError.write(RawJSONRenderer.error(report))
        } else {
            if let failure, !failure.tail.isEmpty {
                try context.standardError.write(failure.rendered(ascii: !context.palette.unicode))
            }
            try context.standardError.write(report.text(palette: context.palette))
        }
        return report.exitCode
    }
}
