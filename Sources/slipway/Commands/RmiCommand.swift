import ArgumentParser
import ContentStore
import OCI

/// `slipway rmi`
struct RmiCommand: SlipwayCommand {
    static let configuration = CommandConfiguration(
        commandName: "rmi", abstract: "Remove images from the store.",
        usage: "slipway rmi [-f] IMAGE...",
        discussion: "A name is taken from its image; with its last name the image goes, and what only it needs.")

    @Flag(name: [.short, .long], help: "Remove an image given by its id even if it has several names.")
    var force = false

    @OptionGroup var store: StoreFlags

    @Argument(help: .init("Names or ids of images.", valueName: "image"), completion: .images)
    var images: [String]

    var preparation: ProcessPreparation { .userNamespace }

    func run(in context: CommandContext) throws -> ExitCode {
        let store = try ContentStore.open(root: context.root, access: .readWrite)
        var exitCode = ExitCode.success
        var removedAny = false
        for text in images {
            do {
                let lines = try remove(text, from: store)
                removedAny = true
                try context.standardOutput.write(lines.map { $0 + "\n" }.joined())
            } catch let error as StoreError {
                let isMissing = error.code == .noSuchImage
                if !(force && isMissing) { exitCode = .failure }
                try context.standardError.write(ErrorReport(error).text(palette: context.palette))
            }
        }
        if removedAny { try store.collectGarbage() }
        return exitCode
    }

    /// What was done, in docker's words.
    private func remove(_ text: String, from store: ContentStore) throws -> [String] {
        let image = try store.image(matching: text)
        let names = try store.images(withID: image.id).compactMap(\.name)
        let given = isName(text, of: image)
        if let name = given, names.count > 1 {
            try store.untag(name)
            return ["Untagged: \(name.familiarName)"]
        }
        guard names.count <= 1 || force || given != nil else {
            throw StoreError(
                .ambiguous,
                "cannot remove \(image.id.short): it has the names "
                    + names.map(\.familiarName).joined(separator: ", ") + "; remove those, or use --force")
        }
        return try store.removeImages(withID: image.id).compactMap(\.name).map { "Untagged: \($0.familiarName)" }
            + ["Deleted: \(image.id)"]
    }

    /// The name of the image, if it was found by that and not by its id.
    private func isName(_ text: String, of image: ImageRecord) -> ImageReference? {
        guard let name = image.name, let reference = try? ImageReference(parsing: text),
            reference.canonicalRepository == name.canonicalRepository
        else { return nil }
        return name
    }
}
