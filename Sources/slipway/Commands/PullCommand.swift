import ArgumentParser
import OCI
import Registry
import Transfer

/// `slipway pull`
struct PullCommand: SlipwayCommand {
    static let configuration = CommandConfiguration(
        commandName: "pull", abstract: "Bring an image from a registry into the store.",
        usage: "slipway pull [OPTIONS] NAME[:TAG|@DIGEST]")

    @Flag(name: [.customShort("a"), .long], help: "All tags of the repository.")
    var allTags = false

    @Option(
        parsing: .unconditional,
        help: .init("The platform, if the image is there for several.", valueName: "platform"), completion: .platforms)
    var platform: String?

    @Flag(help: "The image for all platforms that it is there for.")
    var allPlatforms = false

    @OptionGroup var flags: TransferFlags
    @OptionGroup var limits: LimitFlags
    @OptionGroup var store: StoreFlags

    @Argument(help: "The image.")
    var name: String

    var preparation: ProcessPreparation { .userNamespace }

    var limitFlags: LimitFlags? { limits }

    func run(in context: CommandContext) async throws -> ExitCode {
        let reference: ImageReference
        do { reference = try ImageReference(parsing: name) } catch { throw CommandLineError("\(error)") }
        guard !allTags || reference.digest == nil && !name.hasTag else {
            throw CommandLineError("--all-tags and a tag or digest exclude each other")
        }
        guard !allPlatforms || platform == nil else {
            throw CommandLineError("--all-platforms and --platform exclude each other")
        }
        let selection: ImageTransfer.Selection =
            allPlatforms ? .all : .platform(try platform.map(TransferFlags.platform) ?? .host)
        let title = "pulling \(allTags ? reference.canonicalRepository : reference.canonicalName)"
        let pulled = try await context.transfer(title, try flags.mode(context)) { transfer, _, client in
            var references = [reference]
            if allTags { references = try await client.tags(of: reference).map { try reference.with(tag: $0) } }
            var pulled: [Pulled] = []
            for reference in references {
                let (image, isNew) = try await transfer.pull(reference, selection)
                pulled.append(Pulled(reference: reference, image: image, isNew: isNew))
            }
            return pulled
        }
        for image in pulled { try context.standardOutput.write(text(image)) }
        return .success
    }

    private struct Pulled: Sendable {
        var reference: ImageReference
        var image: Descriptor
        var isNew: Bool
    }

    /// What was pulled, in docker's words.
    private func text(_ pulled: Pulled) -> String {
        let name = pulled.reference.canonicalName
        if flags.format == .json {
            let json: JSONValue = [
                "name": .string(name), "digest": .string(pulled.image.digest.description),
                "mediaType": .string(pulled.image.mediaType.rawValue), "isNew": .bool(pulled.isNew),
            ]
            return String(decoding: json.encoded(), as: UTF8.self) + "\n"
        }
        if flags.quiet { return name + "\n" }
        let status = pulled.isNew ? "Downloaded newer image for" : "Image is up to date for"
        return "Digest: \(pulled.image.digest)\nStatus: \(status) \(pulled.reference.familiarName)\n\(name)\n"
    }
}

extension String {
    /// Whether an image name ends with a tag; the reference of one that does not has the tag `latest`.
    var hasTag: Bool { self[(lastIndex(of: "/") ?? startIndex)...].contains(":") }
}
