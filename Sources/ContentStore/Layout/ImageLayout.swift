internal import Archive
internal import FileSystem
public import OCI
public import SystemPackage

/// Images outside of the store: an OCI image layout or a docker archive, in a directory or a tar.
///
/// OCI image specification, image-layout.md; Docker image specification v1.2, "Combined Image JSON + Filesystem Changeset
/// Format". Which of them it is, and how a tar is compressed, is found out by looking.
///
/// A layout in a directory stays where it is: `resolve` reads the few documents needed, `fetch` copies one layer. An
/// archive, which can only be read from its beginning to its end, goes into the store as a whole when it is opened.
///
/// Everything is checked on the way in: digests, sizes, paths, nesting. See `ImageExport` for the way out.
public struct ImageLayout: Sendable {
    /// One image of a layout.
    public struct Entry: Hashable, Sendable {
        /// What describes the manifest or index.
        public var descriptor: Descriptor
        /// The image's full name, if it has one.
        public var name: ImageReference?
        /// The value of `org.opencontainers.image.ref.name`: a tag, or whatever its author made of it.
        public var tag: String?
    }

    /// The images in the order of the layout.
    public let entries: [Entry]
    /// The layout's blobs.
    public let blobs: any BlobSource

    /// What the layout is called in messages.
    private let place: String

    init(entries: [Entry], blobs: any BlobSource, place: String) {
        self.entries = entries
        self.blobs = blobs
        self.place = place
    }

    // MARK: Opening

    /// Opens a directory or an archive.
    ///
    /// - Parameter store: Where an archive, or a docker archive's directory, is imported to.
    /// - Throws: `invalidLayout` when it is neither; `digestMismatch`, `noSpace` and so on for an archive.
    public static func open(_ path: FilePath, store: ContentStore) throws(StoreError) -> ImageLayout {
        let file: FileDescriptor
        do throws(StoreError) {
            file = try LayoutDirectory.open(path).descriptor
        } catch  where error.code == .invalidLayout {
            // Not a regular file.
            guard ContentStore.exists(path.appending("manifest.json")),
                !ContentStore.exists(path.appending("index.json"))
            else { return try open(directory: path) }
            return try DockerArchive.open(directory: path, store: store)
        }
        defer { file.closeAfterReading() }
        return try open(archive: file, name: path.string, store: store)
    }

    /// Opens an OCI image layout in a directory without copying anything.
    ///
    /// - Throws: `invalidLayout`, `missingBlob`, `tooLarge`, `inputOutput`.
    public static func open(directory path: FilePath) throws(StoreError) -> ImageLayout {
        if let marker = try LayoutDirectory.readIfExists(path.appending("oci-layout")) { try check(marker: marker) }
        guard let index = try LayoutDirectory.readIfExists(path.appending("index.json")) else {
            throw StoreError(.invalidLayout, "\(path) is no image layout: it has no index.json")
        }
        return ImageLayout(
            entries: try entries(ofIndex: index, place: path.string), blobs: LayoutDirectory(path), place: path.string)
    }

    /// Reads an archive, which may be a pipe, to its end and imports all of its blobs into `store`.
    ///
    /// - Parameter name: What the archive is called in messages.
    public static func open(
        archive: FileDescriptor, name: String, store: ContentStore
    ) throws(StoreError) -> ImageLayout {
        let status = try storeErrors("cannot read \(name)") { try archive.status(path: FilePath(name)) }
        let size = status.kind == .regular ? Int64(clamping: status.size) : nil
        let contents = try LayoutArchive.read(FileSource(archive), size: size, name: name, store: store)
        if let index = contents.documents["index.json"] {
            if let marker = contents.documents["oci-layout"] { try check(marker: marker) }
            return ImageLayout(entries: try entries(ofIndex: index, place: name), blobs: store, place: name)
        }
        guard let manifest = contents.documents["manifest.json"] else {
            throw StoreError(.invalidLayout, "\(name) is no image: it has neither index.json nor manifest.json")
        }
        return try DockerArchive(place: name, store: store) { path throws(StoreError) in try contents.blob(at: path) }
            .layout(manifest: manifest)
    }

    /// The one version of layouts that there is.
    static let version = "1.0.0"

    private static func check(marker: [UInt8]) throws(StoreError) {
        let json = try storeErrors("the file oci-layout") { try JSONValue(parsing: marker) }
        guard let version = json["imageLayoutVersion"]?.stringValue else {
            throw StoreError(.invalidLayout, "the file oci-layout names no version")
        }
        guard version.hasPrefix("1.") else {
            throw StoreError(.invalidLayout, "the image layout has version \(version), only 1 is known")
        }
    }

    private static func entries(ofIndex bytes: [UInt8], place: String) throws(StoreError) -> [Entry] {
        let index = try storeErrors("the index.json of \(place)") { try ImageIndex(parsing: bytes) }
        return index.manifests.map { descriptor in
            let tag = descriptor.annotations[Annotation.referenceName]
            let candidates = [
                descriptor.annotations[Annotation.imageName],
                // Some tools write whole names here. A bare word is a tag by the specification.
                tag.flatMap { $0.contains("/") || $0.contains(":") ? $0 : nil },
            ]
            let name = candidates.compactMap { $0 }.compactMap { try? ImageReference(parsing: $0) }.first
            return Entry(descriptor: descriptor, name: name, tag: tag)
        }
    }

    // MARK: Choosing

    /// The image that `selector` means: a digest, a tag or a name; nil means the only one.
    ///
    /// A digest may also be that of a manifest which is only in one of the indexes, or in none.
    ///
    /// - Throws: `noSuchImage` and `ambiguous` with what there is.
    public func select(_ selector: String?) throws(StoreError) -> Descriptor {
        let matches: [Entry]
        if let selector, let digest = try? Digest(parsing: selector) {
            matches = entries.filter { $0.descriptor.digest == digest }
            if matches.isEmpty, let size = blobs.size(of: digest) {
                let unknown = Descriptor(mediaType: MediaType(rawValue: ""), digest: digest, size: size)
                let isIndex = try ResolvedImage.isIndex(unknown, blobs.document(unknown))
                return Descriptor(mediaType: isIndex ? .ociIndex : .ociManifest, digest: digest, size: size)
            }
        } else if let selector {
            let name = try? ImageReference(parsing: selector)
            matches = entries.filter {
                $0.tag == selector || $0.name?.tag == selector || ($0.name != nil && $0.name == name)
            }
        } else {
            matches = entries.filter { !$0.descriptor.isAttestation }
        }
        guard let first = matches.first else {
            let wanted = selector.map { "no image \($0)" } ?? "no image"
            throw StoreError(.noSuchImage, "\(place) has \(wanted)" + offers)
        }
        guard matches.allSatisfy({ $0.descriptor.digest == first.descriptor.digest }) else {
            throw StoreError(.ambiguous, "\(place) has several images: name one" + offers)
        }
        return first.descriptor
    }

    private var offers: String {
        let names = entries.prefix(10).map { $0.name?.familiarName ?? $0.tag ?? $0.descriptor.digest.description }
        return names.isEmpty ? "" : " (there is \(names.joined(separator: ", ")))"
    }

    /// The manifest and configuration for a platform; no layer is touched.
    public func resolve(_ descriptor: Descriptor, platform: Platform) throws(StoreError) -> ResolvedImage {
        try blobs.resolve(descriptor, platform: platform)
    }

    // MARK: Importing

    /// Copies one blob into the store, if it is not there yet.
    public func fetch(_ descriptor: Descriptor, into store: ContentStore) throws(StoreError) {
        try store.pin([descriptor.digest])
        if let size = store.size(of: descriptor.digest) {
            guard size == descriptor.size else { throw store.sizeError(descriptor, size) }
            return
        }
        let writer = try store.blobWriter(expecting: descriptor)
        try storeErrors { try blobs.withSource(of: descriptor.digest) { _ = try $0.copy(to: writer) } }
        try writer.commit()
    }

    /// Copies an image into the store, its manifest or index last.
    ///
    /// - Parameter platform: Of an index, only the image for this platform; nil for all that there are.
    /// - Returns: What is in the store now.
    @discardableResult
    public func importImage(
        _ descriptor: Descriptor, platform: Platform? = nil, into store: ContentStore
    ) throws(StoreError) -> Descriptor {
        var descriptor = descriptor
        if let platform { descriptor = try resolve(descriptor, platform: platform).descriptor }
        for blob in try blobs.blobs(of: descriptor) { try fetch(blob, into: store) }
        return descriptor
    }

    /// Copies all images into the store and stores their names, as `docker load` does.
    public func importAll(into store: ContentStore) throws(StoreError) -> [ImageRecord] {
        guard !entries.isEmpty else { throw StoreError(.noSuchImage, "\(place) has no image") }
        var records: [ImageRecord] = []
        for entry in entries {
            let descriptor = try importImage(entry.descriptor, into: store)
            records += try store.putImage(descriptor, names: entry.name.map { [$0] } ?? [])
        }
        return records
    }
}
