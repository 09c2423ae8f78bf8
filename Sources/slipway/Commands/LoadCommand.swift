import ArgumentParser
import ContentStore
import OCI
import SystemPackage

/// `slipway load`
struct LoadCommand: SlipwayCommand {
    static let configuration = CommandConfiguration(
        commandName: "load", abstract: "Bring images from an archive or an OCI image layout into the store.")

    @Option(
        name: [.customShort("i", allowingJoined: true), .long], parsing: .unconditional,
        help: .init(
            "A docker archive, an OCI archive or the directory of an OCI layout.",
            discussion: "Default: standard input",
            valueName: "path"), completion: .file())
    var input: String?

    @Flag(name: [.short, .long], help: "Print nothing.")
    var quiet = false

    @OptionGroup var limits: LimitFlags
    @OptionGroup var store: StoreFlags

    var preparation: ProcessPreparation { .userNamespace }

    var limitFlags: LimitFlags? { limits }

    func run(in context: CommandContext) throws -> ExitCode {
        guard input != nil || !context.standardInputIsTerminal else {
            throw CommandLineError("nothing to load: standard input is a terminal", help: "use --input FILE")
        }
        let store = try ContentStore.open(root: context.root, access: .readWrite, limits: context.limits)
        let layout =
            if let input, input != "-" {
                try ImageLayout.open(FilePath(input), store: store)
            } else {
                try ImageLayout.open(archive: context.standardInput, name: "standard input", store: store)
            }
        let images = try layout.importAll(into: store)
        guard !quiet else { return .success }
        for image in images {
            let line = image.name.map { "Loaded image: \($0.familiarName)" } ?? "Loaded image ID: \(image.id)"
            try context.standardOutput.writeLine(TerminalText.sanitized(line))
        }
        return .success
    }
}
