import Archive
import ArgumentParser
import BuildEngine
import FileSystem
import FoundationEssentials
import Glibc
import Sandbox
import Synchronization
import SystemPackage

/// The life of the process, from its arguments to its exit status.
///
/// The order matters. Everything up to and including the fork of the launcher happens on the only thread there is: the
/// kernel lets only a process with one thread enter a user namespace, and a child forked from several threads may inherit
/// locks that nobody will ever release. Only then the command runs, as a task on other threads, and the main thread does
/// nothing but wait for signals.
enum Program {
    static func main() -> Never {
        let environment = processEnvironment()
        let output = ByteOutput.descriptor(STDOUT_FILENO)
        let diagnostics = ByteOutput.descriptor(STDERR_FILENO)
        let isSuperuser = geteuid() == 0
        do {
            let arguments = try ArgumentNormalizer.normalize(Array(CommandLine.arguments.dropFirst()))
            let command = try parse(arguments)
            var context = CommandContext(
                standardOutput: output, standardError: diagnostics, standardInput: .standardInput,
                standardInputIsTerminal: isatty(STDIN_FILENO) == 1, environment: environment, root: "",
                now: { Date() }, signals: AsyncStream { $0.finish() }, build: Engine.build)
            if command.preparation > .none {
                let namespace = try UserNamespace.enterIfNeeded()
                if !namespace.canOwnFiles { OwnerPlace.keepInAttributes() }
                context.userNamespace = namespace
                context.root = try StoreLocation.resolve(
                    flag: command.store.root, environment: environment, isSuperuser: isSuperuser,
                    canOwnFiles: namespace.canOwnFiles)
                context.limits = try UnpackLimits(command.limitFlags, environment: environment)
            }
            forbidCoreDumps()
            if command.preparation == .sandbox {
                context.launcher = try SandboxLauncher.fork(in: context.userNamespace ?? .initial)
            }
            // After the launcher, which hands its signal dispositions on to sandboxed processes.
            signal(SIGPIPE, SIG_IGN)
            // A file that is larger than `ulimit -f` allows is an error, and no end without a word.
            signal(SIGXFSZ, SIG_IGN)
            raiseOpenFileLimit()
            SignalLoop.run(command, in: context)
        } catch {
            end(error, output, diagnostics, environment)
        }
    }

    /// No memory of this process, or of those it runs, becomes a file: secrets are in it, and a step's working directory
    /// becomes a layer. 1 and not 0, since the kernel hands a dump to a program of the machine's (core(5), a pattern that
    /// begins with `|`) whatever the limit is, but for this one. `--ulimit core=` and the steps themselves can raise it.
    private static func forbidCoreDumps() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = min(limit.rlim_max, 1)
        setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit)
    }

    /// Lets this process open as many files as it may: a stack of layers keeps one open for each of its directories.
    /// Sandboxed processes keep the limit that the user has. What cannot be raised is enough for ordinary images.
    private static func raiseOpenFileLimit() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = min(limit.rlim_max, 65_536)
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    /// The command that the arguments ask for.
    ///
    /// - Throws: what `CommandLineAnswer` turns into help, the version or a report.
    static func parse(_ arguments: [String]) throws -> any SlipwayCommand {
        if let word = arguments.first, !word.hasPrefix("-"), word != "help", commandType(word) == nil {
            throw CommandLineError("unknown command \"\(word)\"", help: "slipway --help lists the commands")
        }
        if let word = arguments.first, let type = commandType(word) as? any SlipwayCommand.Type,
            let command = try? type.parse(Array(arguments.dropFirst()))
        {
            return command
        }
        // What is wrong, or asked, is said in terms of the whole program.
        var parsed = try Slipway.parseAsRoot(arguments)
        if let command = parsed as? any SlipwayCommand { return command }
        // Groups of commands and ArgumentParser's own `help`: to run them is to throw their text.
        try parsed.run()
        throw CleanExit.helpRequest(Slipway.self)
    }

    /// The command of a name. It alone is parsed as a rule: to describe all commands to ArgumentParser takes longer than
    /// a build in which nothing changed.
    private static func commandType(_ name: String) -> (any ParsableCommand.Type)? {
        Slipway.configuration.subcommands.first {
            $0.configuration.commandName == name || $0.configuration.aliases.contains(name)
        }
    }

    /// Carries out a command and reports its error; the result is the status the program ends with.
    static func execute(_ command: any SlipwayCommand, in context: CommandContext) async -> ExitCode {
        do {
            return try await command.run(in: context)
        } catch {
            let report = ErrorReport(error)
            if !report.isSilent { say(report.text(palette: context.palette), to: context.standardError) }
            return report.exitCode
        }
    }

    /// Ends the program because of its command line: with help or the version, or with what is wrong.
    private static func end(
        _ error: any Error, _ output: ByteOutput, _ diagnostics: ByteOutput, _ environment: [String: String]
    ) -> Never {
        var palette = Palette(environment: environment)
        palette.color = palette.color && diagnostics.isTerminal
        let answer = CommandLineAnswer(error)
        say(answer.output, to: output)
        say(answer.report?.text(palette: palette) ?? "", to: diagnostics)
        exit(answer.exitCode.rawValue)
    }

    /// The last words of a program. If nobody can hear them, the exit status still tells.
    private static func say(_ text: String, to output: ByteOutput) {
        guard !text.isEmpty else { return }
        do { try output.write(text) } catch { return }
    }

    /// The environment; of a variable given twice the first, as getenv(3) has it.
    private static func processEnvironment() -> [String: String] {
        var result: [String: String] = [:]
        var entry = environ
        while let text = entry.pointee {
            let pair = String(cString: text).splitOnce("=")
            if let value = pair.after, result[pair.before] == nil { result[pair.before] = value }
            entry += 1
        }
        return result
    }
}
