import ArgumentParser
import OCI
import Transfer

/// `slipway copy`
struct CopyCommand: SlipwayCommand {
    static let configuration = CommandConfiguration(
        commandName: "copy", abstract: "Copy an image between registries, layouts, archives and the store.",
        usage: "slipway copy [OPTIONS] SOURCE DESTINATION",
        discussion: """
            A place is NAME[:TAG|@DIGEST] of a registry (docker:// may stand before it), store:IMAGE, oci:DIRECTORY[:TAG], \
            oci-archive:FILE[:TAG] or docker-archive:FILE[:NAME]. The copy has the digest of the original.
            """)

    @Option(
        parsing: .unconditional,
        help: .init(
            "Only the image for this platform, without the index.", discussion: "Default: all platforms",
            valueName: "platform"), completion: .platforms)
    var platform: String?

    @OptionGroup var flags: TransferFlags
    @OptionGroup var limits: LimitFlags
    @OptionGroup var store: StoreFlags

    @Argument(help: "Where the image is.", completion: .images)
    var source: String

    @Argument(help: "Where it is to be.")
    var destination: String

    var preparation: ProcessPreparation { .userNamespace }

    var limitFlags: LimitFlags? { limits }

    func run(in context: CommandContext) async throws -> ExitCode {
        let (from, to): (ImageLocation, ImageLocation)
        do {
            (from, to) = (try ImageLocation(parsing: source), try ImageLocation(parsing: destination))
        } catch { throw CommandLineError("\(error)") }
        let selection = try platform.map { ImageTransfer.Selection.platform(try TransferFlags.platform($0)) } ?? .all
        let copied = try await context.transfer("copying \(from) to \(to)", try flags.mode(context)) {
            transfer, _, _ in try await transfer.copy(from: from, to: to, selection)
        }
        if flags.format == .json {
            let json: JSONValue = [
                "source": .string("\(from)"), "destination": .string("\(to)"),
                "digest": .string(copied.digest.description), "mediaType": .string(copied.mediaType.rawValue),
            ]
            try context.standardOutput.writeLine(String(decoding: json.encoded(), as: UTF8.self))
        } else {
            try context.standardOutput.writeLine("\(copied.digest)")
        }
        return .success
    }
}
