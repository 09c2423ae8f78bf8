import ArgumentParser
import ContentStore
import OCI
import Registry
import Transfer

/// `slipway push`
struct PushCommand: SlipwayCommand {
    static let configuration = CommandConfiguration(
        commandName: "push", abstract: "Bring an image from the store to a registry.",
        usage: "slipway push [OPTIONS] IMAGE [DESTINATION]",
        discussion: """
            Without a destination, the image goes to the registry that its name says. What the registry has already, in \
            whatever repository, is not sent again.
            """)

    @Flag(name: [.customShort("a"), .long], help: "All tags that the repository has in the store.")
    var allTags = false

    @Option(
        parsing: .unconditional,
        help: .init("Only the image for this platform, without the index.", valueName: "platform"),
        completion: .platforms)
    var platform: String?

    @OptionGroup var flags: TransferFlags
    @OptionGroup var store: StoreFlags

    @Argument(help: .init("The name or id of an image in the store.", valueName: "image"), completion: .images)
    var image: String

    @Argument(help: .init("Where to: NAME[:TAG|@DIGEST].", valueName: "destination"))
    var destination: String?

    var preparation: ProcessPreparation { .userNamespace }

    func run(in context: CommandContext) async throws -> ExitCode {
        guard !allTags || !image.hasTag && destination == nil else {
            throw CommandLineError("--all-tags takes a repository, without a tag, and no destination")
        }
        let platform = try platform.map(TransferFlags.platform)
        let given: ImageReference?
        do { given = try destination.map(ImageReference.init(parsing:)) } catch { throw CommandLineError("\(error)") }
        let title = "pushing \((try? ImageReference(parsing: destination ?? image))?.canonicalName ?? image)"
        let pushed = try await context.transfer(title, try flags.mode(context)) { transfer, store, _ in
            var pushed: [Pushed] = []
            for (record, name) in try images(in: store, destination: given) {
                var descriptor = record.descriptor
                if let platform { descriptor = try store.resolve(descriptor, platform: platform).descriptor }
                if let digest = name.digest, digest != descriptor.digest {
                    throw CommandFailure(
                        "the image has the digest \(descriptor.digest), not that of \(name.familiarName)")
                }
                let reports = try await transfer.push(descriptor, as: [name])
                pushed += reports.map { Pushed(name: name, image: descriptor, report: $0) }
            }
            return pushed
        }
        for image in pushed { try context.standardOutput.write(text(image)) }
        return .success
    }

    /// The images to push, and the name that each gets.
    private func images(
        in store: ContentStore, destination: ImageReference?
    ) throws -> [(image: ImageRecord, name: ImageReference)] {
        if allTags {
            let repository = try ImageReference(parsing: image).canonicalRepository
            let all = try store.images().compactMap { record in record.name.map { (record, $0) } }
                .filter { $0.1.canonicalRepository == repository && $0.1.tag != nil }
            guard !all.isEmpty else { throw StoreError(.noSuchImage, "the store has no image of \(repository)") }
            return all.sorted { $0.1 < $1.1 }
        }
        let record = try store.image(matching: image)
        if let destination { return [(record, destination)] }
        // By an id it can be found, but not where to push it.
        guard let name = try? ImageReference(parsing: image), name.digest != nil || record.name != nil else {
            throw CommandFailure(
                "\(image) has no name to push it by", help: "give a destination: slipway push \(image) NAME")
        }
        if name.digest != nil || record.name?.canonicalName == name.canonicalName { return [(record, name)] }
        throw CommandFailure(
            "\(image) is the id of an image, not a name", help: "give a destination: slipway push \(image) NAME")
    }

    private struct Pushed: Sendable {
        var name: ImageReference
        var image: Descriptor
        var report: PushReport
    }

    /// What was pushed, in docker's words.
    private func text(_ pushed: Pushed) -> String {
        if flags.format == .json {
            func list(_ digests: [Digest]) -> JSONValue { .strings(digests.map(\.description)) }
            let json: JSONValue = [
                "name": .string(pushed.name.canonicalName), "digest": .string(pushed.image.digest.description),
                "size": .integer(pushed.image.size), "uploaded": list(pushed.report.uploaded),
                "mounted": list(pushed.report.mounted), "present": list(pushed.report.present),
            ]
            return String(decoding: json.encoded(), as: UTF8.self) + "\n"
        }
        if flags.quiet { return "\(pushed.name.with(digest: pushed.image.digest).canonicalName)\n" }
        let name = pushed.name.digest == nil ? pushed.name.tag ?? "" : "\(pushed.image.digest)"
        return "\(name): digest: \(pushed.image.digest) size: \(pushed.image.size)\n"
    }
}
