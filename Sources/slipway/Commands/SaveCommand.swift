import ArgumentParser
import ContentStore
import OCI
import SystemPackage

/// `slipway save`
struct SaveCommand: SlipwayCommand {
    enum Format: String, CaseIterable, ExpressibleByArgument, Sendable {
        case dockerArchive = "docker-archive"
        case ociArchive = "oci-archive"
    }

    static let configuration = CommandConfiguration(
        commandName: "save", abstract: "Write images from the store to an archive.",
        usage: "slipway save [-o FILE] [--format docker-archive|oci-archive] [--platform PLATFORM] IMAGE...")

    @Option(
        name: [.customShort("o", allowingJoined: true), .long], parsing: .unconditional,
        help: .init("The file to write.", discussion: "Default: standard output", valueName: "path"),
        completion: .file())
    var output: String?

    @Option(help: .init("docker-archive, which docker load and podman load read, or oci-archive.", valueName: "format"))
    var format = Format.dockerArchive

    @OptionGroup var platform: PlatformFlag
    @OptionGroup var store: StoreFlags

    @Argument(help: .init("Names or ids of images.", valueName: "image"), completion: .images)
    var images: [String]

    var preparation: ProcessPreparation { .userNamespace }

    func run(in context: CommandContext) throws -> ExitCode {
        let toFile = output.flatMap { $0 == "-" ? nil : FilePath($0) }
        guard toFile != nil || !context.standardOutput.isTerminal else {
            throw CommandLineError(
                "refusing to write an archive to the terminal", help: "use --output FILE, or redirect standard output")
        }
        let store = try ContentStore.open(root: context.root)
        var selection = try Self.selection(images, in: store)
        let platform = try platform.value()
        // A docker archive has one image of each; an OCI archive all, unless one is asked for.
        if platform != nil || format == .dockerArchive {
            for index in selection.indices {
                selection[index].descriptor = try store.image(selection[index].descriptor, for: platform).descriptor
            }
        }
        let export = ImageExport(selection, format: format == .ociArchive ? .oci : .docker(platform ?? .host))
        if let toFile {
            try OutputFile.write(to: toFile) { try export.write(from: store, to: $0) }
        } else {
            try export.write(from: store, to: OutputSink(context.standardOutput))
        }
        return .success
    }

    /// The images, each once, with the names under which they were asked for.
    private static func selection(_ texts: [String], in store: ContentStore) throws -> [ImageExport.Image] {
        var selection: [ImageExport.Image] = []
        for text in texts {
            let record = try store.image(matching: text)
            // Asked for by its id, an image is saved without a name.
            let name = record.name.flatMap { name in
                (try? ImageReference(parsing: text)).map { $0.canonicalName == name.canonicalName } == true ? name : nil
            }
            let names = name.map { [$0] } ?? []
            if let index = selection.firstIndex(where: { $0.descriptor == record.descriptor }) {
                selection[index].names += names.filter { !selection[index].names.contains($0) }
            } else {
                selection.append(ImageExport.Image(record.descriptor, names: names))
            }
        }
        return selection
    }
}
