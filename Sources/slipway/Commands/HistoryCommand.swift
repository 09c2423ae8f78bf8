import ArgumentParser
import ContentStore
import FoundationEssentials
import OCI

/// `slipway history`
struct HistoryCommand: SlipwayCommand {
    static let configuration = CommandConfiguration(
        commandName: "history", abstract: "Show the instructions that an image was made of.")

    @Flag(name: [.short, .long], help: "Show only image ids.")
    var quiet = false

    @Flag(help: "Do not shorten ids and instructions.")
    var noTrunc = false

    @Option(help: .init("table or json (one object a line).", valueName: "format"))
    var format = ListFormat.table

    @OptionGroup var platform: PlatformFlag
    @OptionGroup var store: StoreFlags

    @Argument(help: "The name or id of an image.", completion: .images)
    var image: String

    var preparation: ProcessPreparation { .userNamespace }

    func run(in context: CommandContext) throws -> ExitCode {
        let store = try ContentStore.open(root: context.root)
        let record = try store.image(matching: image)
        let resolved = try store.image(record, for: try platform.value())
        let listing = HistoryListing(
            id: record.id, image: resolved, now: Int64(context.now().timeIntervalSince1970), noTrunc: noTrunc)
        if quiet {
            try context.standardOutput.write(listing.rows.map { $0.id + "\n" }.joined())
        } else if format == .json {
            try context.standardOutput.write(listing.json)
        } else {
            try context.standardOutput.write(listing.table.text)
        }
        return .success
    }
}
