internal import OCI
public import SystemPackage

extension ImageExport {
    /// Writes an OCI image layout into a directory, which is made if there is none.
    ///
    /// Images that are already there stay, unless one has the same name as a new one: the name then moves. Blobs that are
    /// there are not written again. Each file is there whole or not at all, and `index.json` comes last, so that a reader
    /// never misses a blob.
    ///
    /// - Throws: `invalidLayout` when the directory's `index.json` cannot be read; `missingBlob`, `digestMismatch`,
    ///   `noSpace`, `readOnly`, `inputOutput`.
    public func write(from source: some BlobSource, toDirectory path: FilePath) throws(StoreError) {
        let plan = try plan(source)
        let layout = try LayoutDirectory.make(path)
        for blob in plan.blobs { try layout.add(blob, from: source) }
        for document in plan.documents where document.path == "manifest.json" {
            try storeErrors("cannot write the image layout \(path)") {
                try LayoutDirectory.writeIfChanged(document.bytes, to: path.appending(document.path))
            }
        }
        try layout.update(plan.index.manifests)
    }
}
