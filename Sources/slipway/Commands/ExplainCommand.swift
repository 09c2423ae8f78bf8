import ArgumentParser
import BuildEngine
import ContentStore
import FoundationEssentials
import OCI

/// `slipway explain`
struct ExplainCommand: SlipwayCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Show why the steps of a build ran: what was different from the build before.",
        usage: "slipway explain [OPTIONS] [IMAGE]",
        discussion: "Shows the last build of an image, or the last of all. To see it while building: build --explain.")

    @Option(help: .init("table or json.", valueName: "format"))
    var format = ListFormat.table

    @Flag(help: "The same as --format json.")
    var json = false

    @OptionGroup var store: StoreFlags

    @Argument(help: "The name or id of an image.", completion: .images)
    var image: String?

    var preparation: ProcessPreparation { .userNamespace }

    func run(in context: CommandContext) throws -> ExitCode {
        let store = try ContentStore.open(root: context.root)
        let report = try find(in: store)
        if json || format == .json {
            let text = String(decoding: report.json.encoded(indentation: 2), as: UTF8.self)
            try context.standardOutput.writeLine(text)
        } else {
            try context.standardOutput.write(ExplainListing(report: report, now: context.now()).text)
        }
        return .success
    }

    /// The last build of the image, by its name or by what the name means now.
    private func find(in store: ContentStore) throws -> BuildReport {
        if let report = try BuildReport.last(of: image, in: store) { return report }
        guard let image else {
            throw CommandFailure("no build is recorded in \(store.root)", help: "build something first")
        }
        let record = try store.image(matching: image)
        for digest in [record.descriptor.digest, record.configuration].compactMap({ $0 }) {
            if let report = try BuildReport.last(of: digest.description, in: store) { return report }
        }
        throw CommandFailure(
            "no build of \(image) is recorded", help: "it was loaded or pulled, or its build is too long ago")
    }
}
