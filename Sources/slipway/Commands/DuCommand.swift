import ArgumentParser
import ContentStore
import FoundationEssentials

/// `slipway du`
struct DuCommand: SlipwayCommand {
    static let configuration = CommandConfiguration(
        commandName: "du", abstract: "Show what the store holds, how large it is and why it is kept.",
        usage: "slipway du [--verbose] [--filter FILTER]... [--format table|json]",
        discussion: """
            The sizes are those on the disk and add up to what du -sx says of the store's directory. A * behind an id \
            marks what changes in place, behind a size what several images, or an image and the build cache, share. \
            Reclaimable is what prune --all may remove.
            """)

    @Flag(name: .long, help: "Show everything that is known, also for what each thing is kept.")
    var verbose = false

    @Option(
        parsing: .unconditionalSingleValue,
        help: .init(
            "Show only this: until=24h, type=TYPE, id=ID, description=TEXT, shared, private, inuse, mutable.",
            valueName: "filter"))
    var filter: [String] = []

    @Option(help: .init("table or json (one object a line).", valueName: "format"))
    var format = ListFormat.table

    /// There is one builder.
    @Option(help: .hidden)
    var builder: String?

    @OptionGroup var store: StoreFlags

    var preparation: ProcessPreparation { .userNamespace }

    func run(in context: CommandContext) throws -> ExitCode {
        let now = Int64(context.now().timeIntervalSince1970)
        let filter = try StoreItemFilter(parsing: filter, now: now)
        let inventory = try StoreInventory.take(of: context.root)
        let listing = UsageListing(items: inventory.items.filter(filter.matches), now: now)
        switch (format, verbose) {
        case (.json, _): try context.standardOutput.write(listing.json)
        case (.table, true): try context.standardOutput.write(listing.details + listing.summary)
        case (.table, false): try context.standardOutput.write(listing.table.text + listing.summary)
        }
        return .success
    }
}
