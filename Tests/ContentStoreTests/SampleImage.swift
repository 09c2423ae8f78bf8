import Archive
import ContentStore
import FileSystem
import OCI
import SystemPackage

/// Small images that real tools accept.
struct SampleImage {
    var descriptor: Descriptor
    var manifest: ImageManifest
    var configuration: ImageConfiguration

    /// A layer with one file, as an uncompressed archive.
    static func layer(_ name: String, _ text: String) throws -> [UInt8] {
        let sink = MemorySink()
        let writer = TarWriter(to: sink)
        let entry = TarEntry(path: FilePath(name), kind: .file, mode: 0o644, mtime: Timestamp(seconds: 1_700_000_000))
        try writer.write(entry, contents: Array(text.utf8))
        try writer.finish()
        return sink.bytes
    }

    /// Puts an image with one layer for each text into a store.
    static func put(
        _ texts: [String], in store: ContentStore, compression: Compression = .gzip(), platform: Platform = .host
    ) throws -> SampleImage {
        var configuration = ImageConfiguration(platform: platform)
        configuration.created = "2024-01-02T03:04:05Z"
        configuration.container.environment = ["PATH=/bin"]
        configuration.container.command = ["/bin/true"]
        var layers: [Descriptor] = []
        for (number, text) in texts.enumerated() {
            let archive = try layer("file\(number)", text)
            let sink = MemorySink()
            let compressor = try Compressor(compression, to: sink)
            try compressor.write(archive)
            try compressor.finish()
            let type: MediaType =
                switch compression {
                case .uncompressed: .ociLayer
                case .gzip: .ociLayerGzip
                case .zstd: .ociLayerZstd
                }
            layers.append(try store.put(sink.bytes, mediaType: type))
            configuration.diffIDs.append(.sha256(of: archive))
            configuration.history.append(
                HistoryEntry(created: "2024-01-02T03:04:05Z", createdBy: "COPY file\(number) / # buildkit"))
        }
        let descriptor = try store.put(configuration.encoded(), mediaType: .ociConfiguration)
        let manifest = ImageManifest(configuration: descriptor, layers: layers)
        return SampleImage(
            descriptor: try store.put(manifest.encoded(), mediaType: .ociManifest), manifest: manifest,
            configuration: configuration)
    }

    /// Puts an index of two platforms and an attestation into a store.
    static func putIndex(in store: ContentStore) throws -> (index: Descriptor, images: [SampleImage]) {
        let platforms = try ["linux/amd64", "linux/arm64"].map { try Platform(parsing: $0) }
        let images = try platforms.map { try put(["shared", "for \($0)"], in: store, platform: $0) }
        var manifests = zip(images, platforms).map { image, platform in
            var descriptor = image.descriptor
            descriptor.platform = platform
            return descriptor
        }
        let statement = try store.put(Array("{}".utf8), mediaType: .inToto)
        let empty = try store.put(ImageConfiguration(platform: .host).encoded(), mediaType: .ociConfiguration)
        let attestation = ImageManifest(configuration: empty, layers: [statement])
        manifests.append(
            try store.put(
                attestation.encoded(), mediaType: .ociManifest,
                platform: Platform(os: "unknown", architecture: "unknown"),
                annotations: ["vnd.docker.reference.type": "attestation-manifest"]))
        return (try store.put(ImageIndex(manifests: manifests).encoded(), mediaType: .ociIndex), images)
    }
}
