import ArgumentParser
import HTTP
import OCI
import Registry

/// `slipway logout`
struct LogoutCommand: SlipwayCommand {
    static let configuration = CommandConfiguration(
        commandName: "logout", abstract: "Forget the login to a registry.",
        usage: "slipway logout [--all | REGISTRY]",
        discussion: "Without a registry, to Docker Hub. Whatever file or credential helper has the login forgets it.")

    @Flag(name: .shortAndLong, help: "Forget all logins.")
    var all = false

    @Option(help: .init("The only file to look into.", valueName: "file"), completion: .file())
    var authfile: String?

    @Flag(name: .shortAndLong, help: "Print nothing.")
    var quiet = false

    @Option(help: .init("How the result is printed: table or json (one object a line).", valueName: "format"))
    var format = ListFormat.table

    @Argument(help: .init("The registry: host[:port].", valueName: "registry"))
    var registry: String?

    var store: StoreFlags { StoreFlags() }
    var preparation: ProcessPreparation { .none }

    func run(in context: CommandContext) async throws -> ExitCode {
        guard !all || registry == nil else { throw CommandLineError("--all and a registry exclude each other") }
        let logins =
            authfile.map { CredentialStore(file: $0, environment: context.environment) }
            ?? CredentialStore(environment: context.environment)
        let names: [String]
        if all {
            names = try logins.registries()
        } else {
            do { names = [try RegistryClient.registry(named: registry)] } catch {
                throw CommandLineError(error.message)
            }
        }
        for name in names {
            let isForgotten = try await !logins.erase(name).isEmpty
            if format == .json {
                let json: JSONValue = ["registry": .string(name), "removed": .bool(isForgotten)]
                try context.standardOutput.writeLine(String(decoding: json.encoded(), as: UTF8.self))
            } else if !quiet {
                let text = isForgotten ? "Removed the login for" : "Not logged in to"
                try context.standardOutput.writeLine("\(text) \(TerminalText.sanitized(name))")
            }
        }
        return .success
    }
}
