import ArgumentParser
import BuildEngine
import BuildGraph
import Diagram
import Dockerfile
import OCI
import SystemPackage

/// `slipway graph`
struct GraphCommand: SlipwayCommand {
    static let configuration = CommandConfiguration(
        commandName: "graph", abstract: "Draw the stages of a Dockerfile and what passes between them.",
        usage: "slipway graph [OPTIONS] [PATH | -]",
        discussion: """
            Shows what each stage starts from, which files are copied where, what the target needs, what ships and what is \
            left behind. No image is pulled and nothing is run.
            """)

    @Option(
        name: [.customShort("f", allowingJoined: true), .long], parsing: .unconditional,
        help: .init(
            "The Dockerfile; - reads standard input.", discussion: "Default: PATH/Dockerfile", valueName: "path"),
        completion: .file())
    var file: String?

    @Option(
        parsing: .unconditional, help: .init("The stage to build; the last one if not given.", valueName: "stage"),
        completion: .stages)
    var target: String?

    @Option(
        parsing: .unconditionalSingleValue,
        help: .init("A build-time variable; without a value, that of the environment.", valueName: "key[=value]"))
    var buildArg: [String] = []

    @Option(
        parsing: .unconditionalSingleValue, help: .init("A further context, as for build.", valueName: "name=source"))
    var buildContext: [String] = []

    @Option(
        parsing: .unconditional, help: .init("The platform to build for.", valueName: "platform"),
        completion: .platforms)
    var platform: String?

    @Option(
        parsing: .unconditional,
        help: .init(
            "text, mermaid, dot, svg or json.",
            discussion: "Default: what the name of the output file ends in, or text",
            valueName: "format"), completion: .list(["text", "mermaid", "dot", "svg", "json"]))
    var format: String?

    @Option(
        name: [.customShort("o", allowingJoined: true), .long], parsing: .unconditional,
        help: .init("The file to write; - is standard output.", discussion: "Default: -", valueName: "path"),
        completion: .file())
    var output: String?

    @Argument(help: .init("The context, as for build.", valueName: "path"), completion: .directory)
    var path = "."

    var preparation: ProcessPreparation { .reading(context: path) }
    @OptionGroup var store: StoreFlags

    func run(in context: CommandContext) async throws -> ExitCode {
        let outputPath = output.flatMap { $0.isEmpty || $0 == "-" ? nil : FilePath($0) }
        let format = try Self.format(format, output: outputPath)
        let graph = try await stageGraph(context)
        let terminal = outputPath == nil && context.standardOutput.isTerminal ? context.standardOutput.size() : nil
        let style = Diagram.TextStyle(
            isUnicode: context.palette.unicode, columns: min(terminal?.columns ?? 100, 120))
        if let outputPath {
            try OutputFile.write(Array(try Diagram.draw(graph, as: format, style: style).utf8), to: outputPath)
        } else if format == .text {
            var palette = context.palette
            palette.color = Palette(environment: context.environment).color && context.standardOutput.isTerminal
            let lines = Diagram.lines(graph, style: style).map { palette.apply($0.emphasis.style, to: $0.text) + "\n" }
            try context.standardOutput.write(lines.joined())
        } else {
            try context.standardOutput.write(try Diagram.draw(graph, as: format, style: style))
        }
        return .success
    }

    /// The stages of the Dockerfile that the command line names, found as `build` finds it.
    private func stageGraph(_ context: CommandContext) async throws -> StageGraph {
        var options = BuildOptions(context: try BuildOptions.context(path))
        options.dockerfile = try BuildOptions.dockerfile(file, context: options.context)
        options.target = target.flatMap { $0.isEmpty ? nil : $0 }
        options.buildArguments = try KeyValue.parse(buildArg, flag: "--build-arg", environment: context.environment)
        options.buildContexts = try buildContext.map(BuildContextSpecification.init(parsing:))
        if let platform { options.platforms = [try BuildOptions.platform(platform[...])] }
        let request = try BuildRequest(options, standardInput: context.standardInput)
        var plan = request.planOptions
        if let platform = request.platforms.first { plan.targetPlatform = platform }
        let resources = BuildResources(
            root: context.root, limits: context.limits, launcher: nil, environment: context.environment,
            progress: SilentProgress(), standardInput: context.standardInput, standardOutput: context.standardOutput)
        return try StageGraph(try await Engine.dockerfile(request, resources), options: plan)
    }

    /// The format that is asked for, or that the name of the file stands for.
    static func format(_ name: String?, output: FilePath?) throws(CommandLineError) -> Diagram.Format {
        if let name, !name.isEmpty {
            guard let format = Diagram.Format(rawValue: name) else {
                throw CommandLineError(
                    "--format: \"\(name)\" is not known", help: "use text, mermaid, dot, svg or json")
            }
            return format
        }
        guard let output else { return .text }
        switch output.extension?.lowercased() {
        case "svg": return .svg
        case "dot", "gv": return .dot
        case "mmd", "mermaid": return .mermaid
        case "json": return .json
        case "txt", nil: return .text
        case let other?:
            throw CommandLineError(
                "--output: no format is known by the name \".\(other)\"",
                help: "add --format text, mermaid, dot, svg or json")
        }
    }
}

extension Diagram.Emphasis {
    /// How a terminal shows it.
    fileprivate var style: StyledLine.Style {
        switch self {
        case .plain: .plain
        case .target: .good
        case .pruned: .dim
        }
    }
}
