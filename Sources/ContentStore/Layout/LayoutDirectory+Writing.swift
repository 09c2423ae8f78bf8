internal import Archive
internal import FileSystem
internal import Glibc
public import OCI
public import SystemPackage

/// Writing a layout, so that whoever reads it meanwhile misses nothing: blobs first, each there whole or not at all, and
/// `index.json` last. What is there already is not written again.
extension LayoutDirectory {
    /// A layout in a directory, which is made if there is none.
    public static func make(_ path: FilePath) throws(StoreError) -> LayoutDirectory {
        try storeErrors("cannot write the image layout \(path)") {
            _ = try DirectoryHandle.makeTree(path)
            let marker = JSONValue.strings(["imageLayoutVersion": ImageLayout.version]).encoded()
            try writeIfChanged(marker, to: path.appending("oci-layout"))
        }
        return LayoutDirectory(path)
    }

    /// Copies a blob, verified on the way, unless there is one of its name and size.
    public func add(_ blob: Descriptor, from source: some BlobSource) throws(StoreError) {
        try storeErrors("cannot write the image layout \(path)") { try write(blob, from: source) }
    }

    /// Gives a blob of the layout a tag, which whatever had it before loses.
    public func name(_ descriptor: Descriptor, _ tag: String) throws(StoreError) {
        var entry = descriptor
        entry.annotations[Annotation.referenceName] = tag
        try update([entry])
    }

    /// Puts entries into `index.json`. Others stay, unless one has the same name as a new one: the name then moves.
    ///
    /// - Throws: `invalidLayout` or `invalidDocument` when the file cannot be read.
    func update(_ entries: [Descriptor]) throws(StoreError) {
        // Two builds that write into one layout each add their own.
        let lock = try storeErrors { try FileLock(waitingForDirectory: path) }
        defer { withExtendedLifetime(lock) {} }
        let place = path.appending("index.json")
        var index = ImageIndex(manifests: entries)
        if let existing = try Self.readIfExists(place) {
            let old = try storeErrors("the index.json of \(path)") { try ImageIndex(parsing: existing) }
            index.manifests = Self.merged(old.manifests, entries)
            index.annotations = old.annotations
        }
        let bytes = index.encoded()
        try storeErrors("cannot write the image layout \(path)") { try Self.writeIfChanged(bytes, to: place) }
    }

    /// Removes the blobs that nothing in `index.json` leads to. What is missing or damaged leads nowhere, and keeps
    /// everything: what it referred to is unknown.
    ///
    /// - Throws: `missingBlob`, `digestMismatch` and so on, with nothing removed; `inputOutput`.
    public func removeUnreferencedBlobs() throws(StoreError) {
        let lock = try storeErrors { try FileLock(waitingForDirectory: path) }
        defer { withExtendedLifetime(lock) {} }
        guard let bytes = try Self.readIfExists(path.appending("index.json")) else { return }
        let index = try storeErrors("the index.json of \(path)") { try ImageIndex(parsing: bytes) }
        var referenced: Set<Digest> = []
        for entry in index.manifests { referenced.formUnion(try blobs(of: entry).map(\.digest)) }
        try storeErrors("cannot remove old blobs from \(path)") {
            let blobs = try DirectoryHandle(path.appending("blobs"))
            for algorithm in Digest.Algorithm.allCases {
                guard let name = FileName(algorithm.rawValue), try blobs.statusIfExists(of: name) != nil else {
                    continue
                }
                let directory = try blobs.openDirectory(name)
                for entry in try directory.entries() {
                    guard let digest = try? Digest(algorithm: algorithm, hex: entry.name.description),
                        !referenced.contains(digest)
                    else { continue }
                    try directory.removeFile(entry.name)
                }
            }
        }
    }

    /// Writes a small file unless it has these bytes.
    static func writeIfChanged(_ bytes: [UInt8], to path: FilePath) throws {
        if let present = try readIfExists(path), present == bytes { return }
        try AtomicFile.write(bytes, to: path)
    }

    /// The old entries, without the names that the new ones take, and then the new ones.
    private static func merged(_ old: [Descriptor], _ new: [Descriptor]) -> [Descriptor] {
        func key(_ entry: Descriptor) -> [String?] {
            let names = [entry.annotations[Annotation.imageName], entry.annotations[Annotation.referenceName]]
            return names == [nil, nil] ? [entry.digest.description] : names
        }
        // In their places, so that to write the same again changes nothing.
        if Set(new.map(key)).isSubset(of: old.map(key)), new.allSatisfy(old.contains) { return old }
        let taken = Set(new.map(key))
        return old.filter { !taken.contains(key($0)) } + new
    }

    private func write(_ blob: Descriptor, from source: some BlobSource) throws {
        let directory = path.appending("blobs").appending(blob.digest.algorithm.rawValue)
        _ = try DirectoryHandle.makeTree(directory)
        let path = directory.appending(blob.digest.hex)
        if let file = try? Self.open(path) {
            file.descriptor.closeAfterReading()
            // A file of the right name and size was put there whole, see below.
            if file.size == blob.size { return }
        }
        let handle = try DirectoryHandle(directory)
        guard let name = FileName(blob.digest.hex),
            let temporary = FileName(".slipway-" + String(UInt64.random(in: .min ... .max), radix: 36))
        else { return }
        let file = try handle.createFile(temporary, mode: 0o644)
        do {
            defer { file.closeAfterReading() }
            var digester = Digester(blob.digest.algorithm)
            let sink = TeeSink(to: FileSink(file)) { bytes in
                unsafe bytes.withUnsafeBytes { unsafe digester.update($0) }
            }
            try source.withSource(of: blob.digest) { _ = try $0.copy(to: sink) }
            guard digester.finalize() == blob.digest else {
                throw StoreError(.corruptBlob, "the blob \(blob.digest) is damaged: build, pull or load again")
            }
            if fsync(file.rawValue) != 0 { throw Errno(rawValue: errno) }
        } catch {
            try handle.removeFile(temporary)
            throw error
        }
        try handle.rename(temporary, to: name, in: handle)
        try handle.synchronize()
    }
}
