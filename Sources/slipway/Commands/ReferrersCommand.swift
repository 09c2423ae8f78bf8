import ArgumentParser
import OCI
import Registry

/// `slipway referrers`
struct ReferrersCommand: SlipwayCommand {
    static let configuration = CommandConfiguration(
        commandName: "referrers",
        abstract: "List what is attached to an image in its registry: signatures, SBOMs and so on.",
        usage: "slipway referrers [--artifact-type TYPE] [--format table|json] IMAGE")

    @Option(help: .init("Only those of this type.", valueName: "type"))
    var artifactType: String?

    @Option(help: .init("table or json (one descriptor a line).", valueName: "format"))
    var format = ListFormat.table

    @Argument(help: "The image, by tag or digest.")
    var image: String

    var store: StoreFlags { StoreFlags() }
    var preparation: ProcessPreparation { .none }

    func run(in context: CommandContext) async throws -> ExitCode {
        let reference: ImageReference
        do { reference = try ImageReference(parsing: image) } catch { throw CommandLineError("\(error)") }
        let all = try await RegistryClient.use(environment: context.environment) { client in
            let digest =
                if let digest = reference.digest { digest } else {
                    try await client.resolve(reference).descriptor.digest
                }
            return try await client.referrers(of: reference, digest)
        }
        for referrer in all where artifactType == nil || referrer.artifactType?.rawValue == artifactType {
            let line =
                format == .json
                ? String(decoding: referrer.encoded(), as: UTF8.self)
                : "\(referrer.digest)  \(referrer.artifactType?.rawValue ?? referrer.mediaType.rawValue)"
            try context.standardOutput.writeLine(TerminalText.sanitized(line))
        }
        return .success
    }
}
