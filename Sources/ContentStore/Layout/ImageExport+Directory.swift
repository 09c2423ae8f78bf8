internal import Archive
internal import FileSystem
internal import Glibc
internal import OCI
public import SystemPackage

extension ImageExport {
    /// Writes an OCI image layout into a directory, which is made if there is none.
    ///
    /// Images that are already there stay, unless one has the same name as a new one: the name then moves. Each file is
    /// there whole or not at all, and `index.json` comes last, so that a reader never misses a blob.
    ///
    /// - Throws: `invalidLayout` when the directory's `index.json` cannot be read; `missingBlob`, `digestMismatch`,
    ///   `noSpace`, `readOnly`, `inputOutput`.
    public func write(from source: some BlobSource, toDirectory path: FilePath) throws(StoreError) {
        var plan = try plan(source)
        let existing = try LayoutDirectory.readIfExists(path.appending("index.json"))
        if let existing {
            let old = try storeErrors("the index.json of \(path)") { try ImageIndex(parsing: existing) }
            plan.index.manifests = Self.merged(old.manifests, plan.index.manifests)
            plan.index.annotations = old.annotations
        }
        try storeErrors("cannot write the image layout \(path)") {
            for blob in plan.blobs { try Self.write(blob, from: source, to: path) }
            for document in plan.documents where document.path != "index.json" {
                try AtomicFile.write(document.bytes, to: path.appending(document.path))
            }
            try AtomicFile.write(plan.index.encoded(), to: path.appending("index.json"))
        }
    }

    /// The old entries, without the names that the new ones take, and then the new ones.
    private static func merged(_ old: [Descriptor], _ new: [Descriptor]) -> [Descriptor] {
        func key(_ entry: Descriptor) -> [String?] {
            let names = [entry.annotations[Annotation.imageName], entry.annotations[Annotation.referenceName]]
            return names == [nil, nil] ? [entry.digest.description] : names
        }
        let taken = Set(new.map(key))
        return old.filter { !taken.contains(key($0)) } + new
    }

    private static func write(_ blob: Descriptor, from source: some BlobSource, to root: FilePath) throws {
        let directory = root.appending("blobs").appending(blob.digest.algorithm.rawValue)
        _ = try DirectoryHandle.makeTree(directory)
        let path = directory.appending(blob.digest.hex)
        if let file = try? LayoutDirectory.open(path) {
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
