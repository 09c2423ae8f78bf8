import ArgumentParser
import ContentStore
import OCI

/// `slipway tag`
struct TagCommand: SlipwayCommand {
    static let configuration = CommandConfiguration(
        commandName: "tag", abstract: "Give an image a further name.",
        usage: "slipway tag SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]")

    @OptionGroup var store: StoreFlags

    @Argument(help: "The name or id of an image in the store.", completion: .images)
    var source: String

    @Argument(help: "The new name.")
    var target: String

    var preparation: ProcessPreparation { .userNamespace }

    func run(in context: CommandContext) throws -> ExitCode {
        let name: ImageReference
        do { name = try ImageReference(parsing: target) } catch { throw CommandLineError("\(error)") }
        guard name.digest == nil else {
            throw CommandLineError("\"\(target)\" has a digest, which cannot be chosen")
        }
        let store = try ContentStore.open(root: context.root)
        try store.tag(try store.image(matching: source), as: name)
        return .success
    }
}
