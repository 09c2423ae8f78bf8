internal import Archive
internal import ContentStore
internal import OCI
internal import SystemPackage

/// A location that can be written to, checked before anything is fetched.
enum Destination {
    case registry(ImageReference)
    case store(ImageReference)
    /// Writes the image of the store to a file or directory.
    case export((ContentStore, Descriptor, ImageTransfer.Selection) throws -> Void)

    init(_ location: ImageLocation) throws {
        switch location {
        case .registry(let reference): self = .registry(reference)
        case .store(let text):
            let reference = try ImageReference(parsing: text)
            guard reference.digest == nil else {
                throw ImageTransferError("\(location) has a digest, which cannot be chosen")
            }
            self = .store(reference)
        case .layout(let path, let selector):
            let image = try Self.naming(selector)
            self = .export { store, descriptor, _ in
                try ImageExport([image(descriptor)], format: .oci).write(from: store, toDirectory: path)
            }
        case .ociArchive(let path, let selector):
            let image = try Self.naming(selector)
            self = .export { store, descriptor, _ in
                let export = ImageExport([image(descriptor)], format: .oci)
                try AtomicOutput.write(to: path) { try export.write(from: store, to: $0) }
            }
        case .dockerArchive(let path, let name):
            let names = try name.map { [try ImageReference(parsing: $0)] } ?? []
            self = .export { store, descriptor, selection in
                let platform = if case .platform(let platform) = selection { platform } else { Platform.host }
                let export = ImageExport([.init(descriptor, names: names)], format: .docker(platform))
                try AtomicOutput.write(to: path) { try export.write(from: store, to: $0) }
            }
        }
    }

    /// The image under a name in a layout: a whole name, or a tag alone.
    private static func naming(_ selector: String?) throws -> (Descriptor) -> ImageExport.Image {
        guard let selector else { return { ImageExport.Image($0) } }
        guard selector.contains("/") || selector.contains(":") else {
            return { ImageExport.Image($0, annotations: ["org.opencontainers.image.ref.name": selector]) }
        }
        let name = try ImageReference(parsing: selector)
        return { ImageExport.Image($0, names: [name]) }
    }
}
