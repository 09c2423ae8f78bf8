import ArgumentParser
import ContentStore
import FileSystem
import FoundationEssentials
import OCI

/// `slipway images`
struct ImagesCommand: SlipwayCommand {
    static let configuration = CommandConfiguration(commandName: "images", abstract: "List the images in the store.")

    @Flag(name: [.short, .long], help: "Show only image ids.")
    var quiet = false

    @Flag(help: "Show the digests of the manifests.")
    var digests = false

    @Flag(help: "Do not shorten ids.")
    var noTrunc = false

    /// All images are always shown: there are no intermediate ones.
    @Flag(name: [.short, .long], help: .hidden)
    var all = false

    @Option(help: .init("table or json (one object a line).", valueName: "format"))
    var format = ListFormat.table

    @OptionGroup var store: StoreFlags

    @Argument(help: .init("Show only images of this name.", valueName: "repository[:tag]"), completion: .images)
    var name: String?

    var preparation: ProcessPreparation { .userNamespace }

    func run(in context: CommandContext) throws -> ExitCode {
        let filter = try name.map(NameFilter.init)
        let now = Int64(context.now().timeIntervalSince1970)
        let stored = try ContentStore.open(root: context.root).images()
        // An image that was stored without a name and got one since is not without a name.
        let named = Set(stored.filter { $0.name != nil }.map(\.descriptor.digest))
        let images =
            stored.filter { $0.name != nil || !named.contains($0.descriptor.digest) }
            .filter { filter?.matches($0) ?? true }
            .sorted { ($0.built, $1.name?.familiarName ?? "") > ($1.built, $0.name?.familiarName ?? "") }
        let listing = ImageListing(images: images, now: now, noTrunc: noTrunc)
        if quiet {
            try context.standardOutput.write(listing.ids.map { $0 + "\n" }.joined())
        } else if format == .json {
            try context.standardOutput.write(listing.json)
        } else {
            try context.standardOutput.write(listing.table(digests: digests).text)
        }
        return .success
    }

    /// `repository` matches every tag of it.
    private struct NameFilter {
        var repository: String
        var tag: String?

        init(_ text: String) throws {
            do {
                let reference = try ImageReference(parsing: text)
                repository = reference.canonicalRepository
                // The reference of a text without a tag has the tag `latest`.
                let hasTag = text[(text.lastIndex(of: "/") ?? text.startIndex)...].contains(":")
                tag = hasTag ? reference.tag : nil
            } catch { throw CommandLineError("\(error)") }
        }

        func matches(_ image: ImageRecord) -> Bool {
            image.name?.canonicalRepository == repository && (tag == nil || image.name?.tag == tag)
        }
    }
}
