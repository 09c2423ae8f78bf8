public import OCI

/// Writes images as an OCI image layout or as a docker archive.
///
/// The same images give the same bytes: times are 0, owners 0:0, entries sorted. The order of the entries is BuildKit's.
/// A docker archive is an OCI layout with a `manifest.json`, like that of `docker save` since version 25: old and new
/// programs find what they know.
public struct ImageExport: Sendable {
    /// One image to be written.
    public struct Image: Hashable, Sendable {
        /// What describes the manifest or index.
        public var descriptor: Descriptor
        /// The image's names.
        public var names: [ImageReference]
        /// Further annotations for the entry in `index.json`; they win over those that are added on their own.
        public var annotations: [String: String]

        /// An image under the given names.
        public init(
            _ descriptor: Descriptor, names: [ImageReference] = [], annotations: [String: String] = [:]
        ) {
            self.descriptor = descriptor
            self.names = names
            self.annotations = annotations
        }
    }

    /// What is written.
    public enum Format: Hashable, Sendable {
        /// An OCI image layout, for `skopeo copy oci-archive:…`.
        case oci
        /// An archive for `docker load` and `podman load`. Of an index, only the image for a platform.
        case docker(Platform)
    }

    /// The images.
    public var images: [Image]
    /// What is written.
    public var format: Format

    /// An export of `images`.
    public init(_ images: [Image], format: Format) {
        self.images = images
        self.format = format
    }

    /// The files of the layout besides the blobs, and the blobs, sorted by digest.
    struct Plan {
        var blobs: [Descriptor]
        var index: ImageIndex
        /// By path, sorted: `index.json`, `manifest.json`, `oci-layout`.
        var documents: [(path: String, bytes: [UInt8])]
    }

    /// Reads the documents of all images and decides what is to be written.
    ///
    /// - Throws: `missingBlob` with the digest when something is not there.
    func plan(_ source: some BlobSource) throws(StoreError) -> Plan {
        var blobs: [Digest: Descriptor] = [:]
        var entries: [Descriptor] = []
        var dockerEntries: [JSONValue] = []
        for image in images {
            var descriptor = image.descriptor
            var resolved: ResolvedImage?
            switch format {
            case .oci:
                if try !ResolvedImage.isIndex(descriptor, source.document(descriptor)) {
                    resolved = try source.resolve(descriptor, platform: .host)
                }
            case .docker(let platform):
                let image = try source.resolve(descriptor, platform: platform)
                descriptor = image.descriptor
                resolved = image
            }
            for blob in try source.blobs(of: descriptor) { blobs[blob.digest] = blob }
            entries += indexEntries(image, descriptor, resolved)
            if case .docker = format, let resolved { dockerEntries.append(dockerEntry(image, resolved)) }
        }
        let index = ImageIndex(manifests: entries)
        var documents = [
            ("index.json", index.encoded()),
            ("oci-layout", JSONValue.strings(["imageLayoutVersion": ImageLayout.version]).encoded()),
        ]
        if case .docker = format {
            documents.insert(("manifest.json", JSONValue.array(dockerEntries).encoded()), at: 1)
        }
        return Plan(blobs: blobs.values.sorted { $0.digest < $1.digest }, index: index, documents: documents)
    }

    /// One descriptor for each name, as BuildKit writes them.
    private func indexEntries(_ image: Image, _ descriptor: Descriptor, _ resolved: ResolvedImage?) -> [Descriptor] {
        var entry = descriptor
        if let resolved {
            entry.platform = entry.platform ?? resolved.configuration.platform
            if let created = resolved.configuration.created { entry.annotations[Annotation.created] = created }
        }
        let names: [ImageReference?] = image.names.isEmpty ? [nil] : image.names
        return names.map { name in
            var entry = entry
            if let name {
                entry.annotations[Annotation.imageName] = name.canonicalName
                if let tag = name.tag { entry.annotations[Annotation.referenceName] = tag }
            }
            entry.annotations.merge(image.annotations) { _, given in given }
            return entry
        }
    }

    private func dockerEntry(_ image: Image, _ resolved: ResolvedImage) -> JSONValue {
        func path(_ digest: Digest) -> JSONValue { .string("blobs/\(digest.algorithm.rawValue)/\(digest.hex)") }
        let tags = image.names.filter { $0.tag != nil }.map { "\($0.familiarRepository):\($0.tag ?? "")" }
        return [
            "Config": path(resolved.manifest.configuration.digest),
            "RepoTags": tags.isEmpty ? .null : .strings(tags),
            "Layers": .array(resolved.manifest.layers.map { path($0.digest) }),
        ]
    }
}
