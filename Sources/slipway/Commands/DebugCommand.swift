import ArgumentParser
import BuildEngine
import ContentStore
import Glibc
import Sandbox
import SystemPackage

/// `slipway debug`
struct DebugCommand: SlipwayCommand {
    static let configuration = CommandConfiguration(
        commandName: "debug", abstract: "Reopen the root of a step that failed.",
        usage: "slipway debug [OPTIONS] [BUILD] [-- COMMAND [ARG...]]",
        discussion: """
            A shell, or COMMAND, in the root of the RUN that failed, with what it had written, its mounts, environment, \
            user, working directory and isolation. The build must have had --on-error=keep or --on-error=shell. What is \
            done there stays for the next time. Secrets and ssh agents are not kept: give them as the build had them. \
            Without BUILD, the last build that can be reopened is meant. The exit status is that of the process, as \
            with slipway run.
            """)

    @Option(
        parsing: .unconditionalSingleValue,
        help: .init("A secret that the step had.", valueName: "id=name[,src=file|,env=variable]"))
    var secret: [String] = []

    @Option(
        parsing: .unconditionalSingleValue,
        help: .init("An ssh agent that the step had.", valueName: "default|id[=socket|key[,key]]"))
    var ssh: [String] = []

    @Option(
        name: [.customShort("e", allowingJoined: true), .long], parsing: .unconditionalSingleValue,
        help: .init("A variable; without a value, that of the environment.", valueName: "key[=value]"))
    var env: [String] = []

    @Option(
        name: [.customShort("u", allowingJoined: true), .long], parsing: .unconditional,
        help: .init("As whom the process runs, in place of the step's user.", valueName: "user[:group]"))
    var user: String?

    @Option(
        name: [.customShort("w", allowingJoined: true), .long], parsing: .unconditional,
        help: .init("The directory in which it runs, in place of the step's.", valueName: "path"))
    var workdir: String?

    @Option(
        parsing: .unconditional, help: .init("The shell, in place of the step's or /bin/sh.", valueName: "program"))
    var shell: String?

    @OptionGroup var store: StoreFlags

    @Argument(help: "The number of a build, or the name or id of an image.", completion: .images)
    var build: String?

    @Argument(parsing: .postTerminator, help: "A command in place of a shell.")
    var command: [String] = []

    var preparation: ProcessPreparation { .sandbox }
    var signalHandling: SignalHandling { .forward }

    func run(in context: CommandContext) async throws -> ExitCode {
        do {
            let shell = try open(in: context)
            let process = try process(context.environment)
            if command.isEmpty, StepShell.terminal(context) != nil {
                try context.standardError.write(shell.introduction)
            } else if let note = shell.missingNote {
                try context.standardError.writeLine(TerminalText.sanitized(note))
            }
            let launcher = context.launcher
            let signals = context.signals
            let status = try await shell.run(process, at: StepShell.terminal(context)) { specification, streams in
                guard let launcher else { return nil }
                return try await ContainerRunner.run(
                    specification, stopSignal: SIGTERM, streams, signals: signals, launcher)
            }
            return ExitCode(rawValue: status?.shellCode ?? 128 + SIGKILL)
        } catch let error as CommandLineError {
            throw error
        } catch {
            throw RunCommand.failure(error)
        }
    }

    private func open(in context: CommandContext) throws -> StepShell {
        let store = try ContentStore.open(root: context.root, access: .readWrite)
        let number: Int64
        if let build {
            number = try LoggedBuild.find(build, in: store).id
        } else {
            guard let last = try store.buildDirectories().first(where: { KeptStep.exists(for: $0, in: store) }) else {
                throw CommandFailure(
                    "no failed step is kept", help: "build with --on-error=keep, or --on-error=shell",
                    exitCode: .containerFailure)
            }
            number = last
        }
        var request = BuildRequest(context: nil)
        try request.take(
            secrets: secret.map { text throws(CommandLineError) in
                try SecretSpecification(parsing: text, environment: context.environment)
            },
            agents: ssh.map { text throws(CommandLineError) in
                try AgentSpecification(parsing: text, environment: context.environment)
            })
        guard let shell = try StepShell(of: number, context, request) else {
            throw CommandFailure(
                "the failed step of build \(number) is not kept",
                help: "build with --on-error=keep; slipway logs --list shows what can be reopened",
                exitCode: .containerFailure)
        }
        return shell
    }

    private func process(_ environment: [String: String]) throws -> StepDebugger.Process {
        var process = StepDebugger.Process()
        process.arguments = command
        process.shell = shell
        process.user = user
        process.environment = try KeyValue.parse(env, flag: "--env", environment: environment)
            .map { "\($0.key)=\($0.value)" }
        if let workdir {
            guard workdir.hasPrefix("/") else {
                throw CommandLineError("--workdir: \"\(workdir)\" is not an absolute path")
            }
            process.workingDirectory = FilePath(workdir)
        }
        return process
    }
}
