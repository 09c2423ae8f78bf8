internal import Archive
internal import FileSystem
internal import OCI
internal import SystemPackage

/// Makes manifests for the images of a docker archive, which has none: `manifest.json` only lists paths.
struct DockerArchive {
    /// What the archive is called in messages.
    let place: String
    /// Where its files are imported to.
    let store: ContentStore
    /// The blob in the store that the file at a path of the archive has become.
    let blob: (FilePath) throws(StoreError) -> (digest: Digest, size: Int64)

    /// More images than this no archive has; each costs a manifest.
    private static let maximumImages = 1000

    /// Opens a docker archive that was unpacked into a directory. The files that its `manifest.json` names are imported.
    static func open(directory: FilePath, store: ContentStore) throws(StoreError) -> ImageLayout {
        let manifest = try LayoutDirectory.read(directory.appending("manifest.json"))
        let archive = DockerArchive(place: directory.string, store: store) { path throws(StoreError) in
            let (file, size) = try LayoutDirectory.open(directory.appending(path.components))
            defer { file.closeAfterReading() }
            let writer = try store.blobWriter()
            try storeErrors { _ = try FileSource(file).copy(to: writer) }
            let digest = try writer.commit().digest
            return (digest, size)
        }
        return try archive.layout(manifest: manifest)
    }

    func layout(manifest bytes: [UInt8]) throws(StoreError) -> ImageLayout {
        let json = try storeErrors("the manifest.json of \(place)") { try JSONValue(parsing: bytes) }
        guard let images = json.arrayValue else {
            throw StoreError(.invalidLayout, "the manifest.json of \(place) is no list of images")
        }
        guard images.count <= Self.maximumImages else {
            throw StoreError(
                .invalidLayout, "the manifest.json of \(place) lists more than \(Self.maximumImages) images")
        }
        var entries: [ImageLayout.Entry] = []
        for image in images {
            let descriptor = try manifest(for: image)
            let tags = image["RepoTags"]?.arrayValue ?? []
            let names = try storeErrors("the manifest.json of \(place)") {
                try tags.map { tag in
                    guard let text = tag.stringValue else { throw invalid("RepoTags is no list of names") }
                    return try ImageReference(parsing: text)
                }
            }
            if names.isEmpty { entries.append(ImageLayout.Entry(descriptor: descriptor, name: nil, tag: nil)) }
            entries += names.map { ImageLayout.Entry(descriptor: descriptor, name: $0, tag: $0.tag) }
        }
        return ImageLayout(entries: entries, blobs: store, place: place)
    }

    private func invalid(_ problem: String) -> StoreError {
        StoreError(.invalidLayout, "the manifest.json of \(place): \(problem)")
    }

    /// Makes the manifest of one image and stores it.
    private func manifest(for image: JSONValue) throws(StoreError) -> Descriptor {
        guard let configurationPath = image["Config"]?.stringValue else { throw invalid("an image has no Config") }
        guard let layerPaths = image["Layers"]?.arrayValue else { throw invalid("an image has no Layers") }
        let configurationBlob = try file(configurationPath)
        let bytes = try store.read(configurationBlob.digest)
        let configuration = try storeErrors("the configuration \(configurationPath)") {
            try ImageConfiguration(parsing: bytes)
        }
        guard configuration.diffIDs.count == layerPaths.count else {
            throw invalid(
                "an image has \(layerPaths.count) layers, but its configuration names \(configuration.diffIDs.count)")
        }
        var layers: [Descriptor] = []
        for (path, diffID) in zip(layerPaths, configuration.diffIDs) {
            guard let path = path.stringValue else { throw invalid("Layers is no list of paths") }
            layers.append(try layer(path, diffID: diffID))
        }
        let manifest = ImageManifest(
            configuration: Descriptor(
                mediaType: .ociConfiguration, digest: configurationBlob.digest, size: configurationBlob.size),
            layers: layers)
        return try store.put(manifest.encoded(), mediaType: .ociManifest, platform: configuration.platform)
    }

    private func layer(_ path: String, diffID: Digest) throws(StoreError) -> Descriptor {
        let blob = try file(path)
        let start = try storeErrors { try store.withSource(of: blob.digest) { try $0.read(upTo: 8) } }
        let type: MediaType
        switch StreamFormat(detecting: start) {
        case .uncompressed:
            type = .ociLayer
            guard blob.digest == diffID else {
                throw StoreError(.digestMismatch, "the layer \(path) has the DiffID \(blob.digest), not \(diffID)")
            }
        case .gzip: type = .ociLayerGzip
        case .zstd: type = .ociLayerZstd
        case .bzip2, .xz: throw StoreError(.invalidLayout, "the layer \(path) is compressed in a way no engine reads")
        }
        return Descriptor(mediaType: type, digest: blob.digest, size: blob.size)
    }

    private func file(_ text: String) throws(StoreError) -> (digest: Digest, size: Int64) {
        let path = FilePath(text)
        guard path.isRelative, !path.components.contains(where: { $0.kind == .parentDirectory }) else {
            throw invalid("the path \(text) leads outside")
        }
        return try blob(path)
    }
}
