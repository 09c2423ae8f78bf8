internal import Archive
internal import FileSystem
internal import OCI
internal import SystemPackage

/// What was in an archive: the documents that name the images, in memory, and everything else as blobs in the store.
struct LayoutArchive {
    /// `index.json`, `oci-layout`, `manifest.json` by their names.
    var documents: [String: [UInt8]] = [:]
    /// Digest and size of each other file by its path.
    var files: [FilePath: (digest: Digest, size: Int64)] = [:]
    /// The targets of symbolic and hard links by their paths, from the archive's root.
    var links: [FilePath: FilePath] = [:]

    /// More entries than this no image has.
    private static let maximumEntries = 100_000
    /// A link that leads to a link that leads to a link.
    private static let maximumLinks = 10

    /// Reads an archive to its end.
    ///
    /// - Parameter size: of the archive in bytes; nil where it comes through a pipe.
    static func read(
        _ source: any ByteSource, size: Int64?, name: String, store: ContentStore
    ) throws(StoreError) -> LayoutArchive {
        var result = LayoutArchive()
        try storeErrors("cannot read \(name)") {
            let limits = store.limits
            let decompressor = try Decompressor.open(source, limits: limits.decompression(ofArchive: size))
            let reader = TarReader(decompressor)
            var budget = UnpackBudget(limits, archiveSize: size)
            var count = 0
            while let entry = try reader.next() {
                try budget.take(entry, read: decompressor.inputCount)
                count += 1
                guard count <= maximumEntries else {
                    throw StoreError(.invalidLayout, "it has more than \(maximumEntries) entries")
                }
                guard entry.isContained else {
                    throw StoreError(.invalidLayout, "the entry \(entry.path) leads outside")
                }
                try result.add(entry, reader, store)
            }
            try reader.drain()
        }
        return result
    }

    private mutating func add(_ entry: TarEntry, _ reader: TarReader, _ store: ContentStore) throws {
        let path = entry.path.lexicallyNormalized()
        switch entry.kind {
        case .file: break
        case .symlink(let target):
            guard target.isRelative else { throw StoreError(.invalidLayout, "the entry \(path) leads outside") }
            links[path] = FilePath(root: "/", path.removingLastComponent().appending(target.components).components)
                .lexicallyNormalized().removingRoot()
            return
        case .hardLink(let target):
            links[path] = target.lexicallyNormalized()
            return
        // Directories need not be there, and nothing else has a place in an image archive.
        case .directory, .characterDevice, .blockDevice, .fifo: return
        }
        switch path.string {
        case "index.json", "oci-layout", "manifest.json":
            documents[path.string] = try reader.readContents(limit: ContentStore.maximumDocumentSize)
        default:
            // Docker's first format has these beside each layer; nobody reads them any more.
            if ["VERSION", "json", "repositories"].contains(path.lastComponent?.string) { return }
            let writer =
                if let digest = Self.digest(path) {
                    try store.blobWriter(expecting: digest, size: entry.size)
                } else {
                    try store.blobWriter()
                }
            try reader.copyContents(to: writer)
            files[path] = try writer.commit()
        }
    }

    /// The digest that the path of a blob in an OCI layout says.
    private static func digest(_ path: FilePath) -> Digest? {
        let parts = path.components.map(\.string)
        guard parts.count == 3, parts[0] == "blobs", let algorithm = Digest.Algorithm(rawValue: parts[1]) else {
            return nil
        }
        return try? Digest(algorithm: algorithm, hex: parts[2])
    }

    /// The file at a path that a document of the archive names.
    func blob(at path: FilePath) throws(StoreError) -> (digest: Digest, size: Int64) {
        var current = path.lexicallyNormalized()
        for _ in 0...Self.maximumLinks {
            if let file = files[current] { return file }
            guard let target = links[current] else { break }
            current = target
        }
        throw StoreError(.missingBlob, "the archive has no file \(path)")
    }
}
