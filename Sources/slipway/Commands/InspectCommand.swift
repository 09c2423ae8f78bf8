import ArgumentParser
import ContentStore
import OCI

/// `slipway inspect`
struct InspectCommand: SlipwayCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect", abstract: "Show everything about images, as a JSON array.",
        usage: "slipway inspect [--platform PLATFORM] IMAGE...")

    @OptionGroup var platform: PlatformFlag
    @OptionGroup var store: StoreFlags

    @Argument(help: .init("Names or ids of images.", valueName: "image"), completion: .images)
    var images: [String]

    var preparation: ProcessPreparation { .userNamespace }

    func run(in context: CommandContext) throws -> ExitCode {
        let platform = try platform.value()
        let store = try ContentStore.open(root: context.root)
        var found: [JSONValue] = []
        var failures: [StoreError] = []
        for text in images {
            do throws(StoreError) {
                found.append(try ImageInspection(store.image(matching: text), for: platform, in: store).json)
            } catch {
                failures.append(error)
            }
        }
        let text = String(decoding: JSONValue.array(found).encoded(indentation: 4), as: UTF8.self)
        try context.standardOutput.writeLine(text)
        for failure in failures {
            try context.standardError.write(ErrorReport(failure).text(palette: context.palette))
        }
        return failures.isEmpty ? .success : .failure
    }
}
