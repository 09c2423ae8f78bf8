internal import FileSystem
internal import OCI
public import SystemPackage

/// Making an index anew, from the blobs and the names beside it.
extension ContentStore {
    /// Puts a damaged index aside, as `index.damaged`, so that the next process that opens the store makes a new one of
    /// what is there: all images with their names. What only saved time, such as cache records, is lost.
    ///
    /// - Throws: `busy` while another process works with the store.
    public static func setIndexAside(root: FilePath) throws(StoreError) {
        try storeErrors {
            let lock = try FileLock(waitingFor: root.appending("lock"))
            defer { withExtendedLifetime(lock) {} }
            for entry in try DirectoryHandle(root.appending("tmp")).entries() {
                let name = entry.name.description
                if try TemporaryDirectory.isName(name) && TemporaryDirectory.isAlive(name, store: root) {
                    throw StoreError(.busy, "another process uses the store \(root): wait for its end, then repair")
                }
            }
            let top = try DirectoryHandle(root)
            for name in ["index.sqlite-wal", "index.sqlite-shm", "index.sqlite"] {
                guard let from = FileName(name), try top.statusIfExists(of: from) != nil else { continue }
                if name == "index.sqlite" {
                    try top.rename(from, to: damagedIndexName, in: top)
                } else {
                    try top.removeFile(from)
                }
            }
        }
    }

    static let damagedIndexName: FileName = "index.damaged"

    /// Records the images that `images.json` names and whose documents are there, and in which blobs their layers are.
    func restore() throws(StoreError) {
        var records: [ImageRecord] = []
        for (descriptor, name) in try ImageNames.read(store: root) where contains(descriptor.digest) {
            do throws(StoreError) {
                var record = try self.record(of: descriptor, built: modificationTime(of: descriptor.digest))
                record.name = name
                records.append(record)
                try recordLayers(of: descriptor, depth: 0)
            } catch  where [.missingBlob, .corruptBlob, .invalidDocument, .noSuchPlatform].contains(error.code) {
                // Not whole without the index either.
                continue
            }
        }
        guard !records.isEmpty else { return }
        let found = records
        try writing { database throws(StoreError) in
            for record in found { try Self.insert(record, into: database) }
        }
    }

    private func recordLayers(of descriptor: Descriptor, depth: Int) throws(StoreError) {
        guard depth < ResolvedImage.maximumDepth else { return }
        let bytes = try document(descriptor)
        if try ResolvedImage.isIndex(descriptor, bytes) {
            let index = try storeErrors("the index \(descriptor.digest)") { try ImageIndex(parsing: bytes) }
            for manifest in index.manifests where !manifest.isAttestation && contains(manifest.digest) {
                try recordLayers(of: manifest, depth: depth + 1)
            }
            return
        }
        for (diffID, layer) in try resolve(descriptor, platform: .host).layers where contains(layer.digest) {
            guard let compression = layer.mediaType.compression else { continue }
            try putLayerBlob(layer, diffID: diffID, compression: compression.rawValue)
        }
    }

    private func modificationTime(of digest: Digest) throws(StoreError) -> Timestamp {
        try storeErrors {
            let path = path(of: digest)
            guard let name = path.lastComponent.flatMap(FileName.init) else { return .now }
            return try DirectoryHandle(path.removingLastComponent()).statusIfExists(of: name)?.mtime ?? .now
        }
    }
}
