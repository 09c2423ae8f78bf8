import ArgumentParser
import OCI
import Registry

/// `slipway tags`
struct TagsCommand: SlipwayCommand {
    static let configuration = CommandConfiguration(
        commandName: "tags", abstract: "List the tags that a repository has in its registry.",
        usage: "slipway tags [--format table|json] NAME")

    @Option(help: .init("table or json (one array).", valueName: "format"))
    var format = ListFormat.table

    @Argument(help: "The repository.")
    var name: String

    var store: StoreFlags { StoreFlags() }
    var preparation: ProcessPreparation { .none }

    func run(in context: CommandContext) async throws -> ExitCode {
        let reference: ImageReference
        do { reference = try ImageReference(parsing: name) } catch { throw CommandLineError("\(error)") }
        let tags = try await RegistryClient.use(environment: context.environment) { try await $0.tags(of: reference) }
        let text =
            format == .json
            ? String(decoding: JSONValue.strings(tags).encoded(), as: UTF8.self) + "\n"
            : tags.map { TerminalText.sanitized($0) + "\n" }.joined()
        try context.standardOutput.write(text)
        return .success
    }
}
