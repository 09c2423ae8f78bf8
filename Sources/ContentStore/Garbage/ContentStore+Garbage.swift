internal import Archive
internal import FileSystem
internal import OCI
internal import SystemPackage

/// Garbage collection.
///
/// It runs inside of two transactions of the index, which no other process can write during, so that what is pinned
/// stands still. The first one removes records; the second one, with the records' removal already durable, moves files out
/// of the way. A process that is killed between or within them leaves files that nothing refers to, which the next
/// collection takes, and never a record whose file is gone.
extension ContentStore {
    /// Removes images without a name and cache records as `policy` says, and then all blobs and unpacked layers that are
    /// needed by no image, no cache record and no running process, this one included.
    ///
    /// - Throws: `readOnly`, `busy`, `inputOutput`.
    @discardableResult
    public func collectGarbage(_ policy: GarbagePolicy = GarbagePolicy()) throws(StoreError) -> GarbageReport {
        do throws(StoreError) {
            return try collect(policy)
        } catch  where error.code == .noSpace && Reserve.giveUp(root) {
            // To remove takes a little room as well.
            return try collect(policy)
        }
    }

    private func collect(_ policy: GarbagePolicy) throws(StoreError) -> GarbageReport {
        var report = try removeRecords(policy)
        let bin = try lease()
        let removed = try moveFiles(to: bin.directory)
        report.blobDigests = removed.blobDigests
        report.layerDigests = removed.layerDigests
        report.size = removed.size
        // The slow part, removing whole trees, holds up nobody.
        try bin.end()
        return report
    }

    // MARK: Records

    private func removeRecords(_ policy: GarbagePolicy) throws(StoreError) -> GarbageReport {
        let dead = try deadLeases()
        return try writing { database throws(StoreError) in
            var report = GarbageReport()
            for lease in dead { try database.run("DELETE FROM pins WHERE lease = ?", [.text(lease)]) }
            if !policy.keepsUnnamedImages {
                try database.run(
                    "DELETE FROM images WHERE name IS NULL AND digest NOT IN (SELECT digest FROM pins)")
                report.images = database.changes
            }
            switch policy.records {
            case .all: break
            case .usedSince(let time):
                try database.run(
                    "DELETE FROM cache_records WHERE used < ? AND key NOT IN (SELECT digest FROM pins)",
                    [.integer(time.indexed)])
                report.records = database.changes
            case .none:
                try database.run("DELETE FROM cache_records WHERE key NOT IN (SELECT digest FROM pins)")
                report.records = database.changes
            }
            return report
        }
    }

    /// The leases that have pins although their processes are gone. Names are never used again, so that the answer stays
    /// true. Found before the transaction, because whoever opens a store takes the store's lock first and writes then.
    func deadLeases() throws(StoreError) -> [String] {
        let leases = try reading { database throws(StoreError) in
            try database.rows("SELECT DISTINCT lease FROM pins", [], { $0.text(0) })
        }
        return try storeErrors {
            let storeLock = try FileLock(waitingFor: root.appending("lock"))
            defer { withExtendedLifetime(storeLock) {} }
            return try (leases ?? []).filter { try !TemporaryDirectory.isAlive($0, store: root) }
        }
    }

    // MARK: Files

    /// What something refers to, as text: there are many, and most are only compared.
    private struct Reachable {
        var blobs: Set<String> = []
        var diffIDs: Set<String> = []
    }

    private func reachable(from database: Database) throws(StoreError) -> Reachable {
        var result = Reachable()
        let roots = try database.rows("SELECT DISTINCT descriptor FROM images", []) { row throws(StoreError) in
            let bytes = row.bytes(0)
            return try storeErrors("an image record of the index") { try Descriptor(parsing: bytes) }
        }
        for root in roots {
            let contents = try contents(of: root)
            result.blobs.formUnion(contents.documents.keys.map(\.description))
            result.blobs.formUnion(contents.layers.keys.map(\.description))
            // A damaged blob is evidence, and what it referred to is unknown: it stays until its image goes.
            result.blobs.formUnion(contents.missing.map(\.description))
            result.diffIDs.formUnion(contents.diffIDs.map(\.description))
            // The digest of an uncompressed layer is its DiffID, and its bytes can be made from the unpacked layer.
            result.diffIDs.formUnion(contents.layers.keys.map(\.description))
        }
        for text in try database.rows("SELECT layers FROM cache_records", [], { $0.text(0) }) {
            result.diffIDs.formUnion(text.split(separator: " ").map(String.init))
        }
        for text in try database.rows("SELECT blobs FROM cache_records", [], { $0.text(0) }) {
            result.blobs.formUnion(text.split(separator: " ").map(String.init))
        }
        let pins = try database.rows("SELECT DISTINCT digest FROM pins", [], { $0.text(0) })
        result.blobs.formUnion(pins)
        result.diffIDs.formUnion(pins)
        // A pinned manifest protects what it consists of.
        for pin in pins {
            guard let descriptor = try pinnedDocument(pin) else { continue }
            let contents = try contents(of: descriptor)
            result.blobs.formUnion(contents.documents.keys.map(\.description))
            result.blobs.formUnion(contents.layers.keys.map(\.description))
            result.diffIDs.formUnion(contents.diffIDs.map(\.description))
        }
        let layerBlobs = try database.rows("SELECT diff_id, descriptor FROM layer_blobs", []) {
            row throws(StoreError) in
            let (diffID, bytes) = (row.text(0), row.bytes(1))
            let descriptor = try storeErrors("a layer record of the index") { try Descriptor(parsing: bytes) }
            return (diffID, descriptor.digest.description)
        }
        for (diffID, blob) in layerBlobs where result.diffIDs.contains(diffID) { result.blobs.insert(blob) }
        return result
    }

    /// A descriptor for a pinned blob that may be a manifest or an index: its own bytes say what it is.
    func pinnedDocument(_ pin: String) throws(StoreError) -> Descriptor? {
        guard let digest = try? Digest(parsing: pin), let size = size(of: digest), size <= Self.maximumDocumentSize
        else {
            return nil
        }
        // Most are compressed layers, which need not be read whole.
        let start = try storeErrors { try withSource(of: digest) { try $0.read(upTo: 1) } }
        guard start == [UInt8(ascii: "{")] else { return nil }
        return Descriptor(mediaType: MediaType(rawValue: ""), digest: digest, size: size)
    }

    func moveFiles(to bin: FilePath) throws(StoreError) -> GarbageReport {
        try writing { database throws(StoreError) in
            var report = GarbageReport()
            let reachable = try reachable(from: database)
            var sizes: [String: Int64] = [:]
            let rows = try database.rows("SELECT diff_id, size FROM layers", [], { ($0.text(0), $0.integer(1)) })
            for (diffID, size) in rows { sizes[diffID] = size }
            try removeLayerRecords(besides: reachable, in: database)
            try storeErrors("cannot remove garbage from \(root)") {
                let target = try DirectoryHandle(bin)
                for algorithm in Digest.Algorithm.allCases {
                    let directory = try DirectoryHandle(root.appending("blobs").appending(algorithm.rawValue))
                    for entry in try directory.entries() {
                        guard let digest = try? Digest(algorithm: algorithm, hex: entry.name.description),
                            !reachable.blobs.contains(digest.description)
                        else { continue }
                        report.size += Int64(clamping: try directory.status(of: entry.name).size)
                        report.blobDigests.append(digest.description)
                        try directory.rename(entry.name, to: entry.name, in: target)
                    }
                }
                let layerTarget = try target.makeOrOpenDirectory("layers", mode: 0o700)
                let directory = try DirectoryHandle(root.appending("layers"))
                for entry in try directory.entries() {
                    guard let diffID = try? Digest(algorithm: .sha256, hex: entry.name.description),
                        !reachable.diffIDs.contains(diffID.description)
                    else { continue }
                    report.layerDigests.append(diffID.description)
                    report.size += sizes[diffID.description, default: 0]
                    try directory.rename(entry.name, to: entry.name, in: layerTarget)
                }
            }
            return report
        }
    }

    /// Removes the records of layers that will be gone. When the transaction is undone after files have moved, a record
    /// without directory is left, which counts as an absent layer.
    private func removeLayerRecords(besides reachable: Reachable, in database: Database) throws(StoreError) {
        for table in ["layers", "layer_blobs"] {
            let diffIDs = try database.rows("SELECT DISTINCT diff_id FROM \(table)", [], { $0.text(0) })
            for diffID in diffIDs where !reachable.diffIDs.contains(diffID) {
                try database.run("DELETE FROM \(table) WHERE diff_id = ?", [.text(diffID)])
            }
        }
        try database.run(
            "DELETE FROM members WHERE blob NOT IN (SELECT json_extract(descriptor, '$.digest') FROM layer_blobs)")
    }
}
