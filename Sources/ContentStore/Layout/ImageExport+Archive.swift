public import Archive
internal import FileSystem
internal import OCI
internal import SystemPackage

extension ImageExport {
    /// Writes a tar archive to `sink` and finishes it.
    ///
    /// - Throws: `missingBlob` before anything is written; `sizeMismatch` for a damaged blob; what the sink throws, as
    ///   `noSpace` or `inputOutput`.
    public func write(from source: some BlobSource, to sink: any ByteSink) throws(StoreError) {
        let plan = try plan(source)
        try storeErrors("cannot write the image archive") {
            let writer = TarWriter(to: sink)
            func directory(_ path: FilePath) throws {
                try writer.write(TarEntry(path: path, kind: .directory, mode: 0o755, mtime: .unixEpoch))
            }
            func file(_ path: FilePath, size: Int64) -> TarEntry {
                TarEntry(path: path, kind: .file, mode: 0o444, size: size, mtime: .unixEpoch)
            }
            try directory("blobs")
            var algorithm: Digest.Algorithm?
            for blob in plan.blobs {
                let parent = FilePath("blobs").appending(blob.digest.algorithm.rawValue)
                if algorithm != blob.digest.algorithm {
                    algorithm = blob.digest.algorithm
                    try directory(parent)
                }
                try source.withSource(of: blob.digest) {
                    try writer.write(file(parent.appending(blob.digest.hex), size: blob.size), contentsOf: $0)
                }
            }
            for document in plan.documents {
                let entry = file(FilePath(document.path), size: Int64(document.bytes.count))
                try writer.write(entry, contents: document.bytes)
            }
            try writer.finish()
        }
    }
}
