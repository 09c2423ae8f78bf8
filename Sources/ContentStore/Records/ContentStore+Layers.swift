internal import FileSystem
public import OCI
public import SystemPackage

extension ContentStore {
    /// Where an unpacked layer is, or would be.
    public func layerPath(of diffID: Digest) -> FilePath { root.appending("layers").appending(diffID.hex) }

    /// What is known about an unpacked layer; nil when nothing is. Pinned to the session.
    public func unpackedLayer(_ diffID: Digest) throws(StoreError) -> UnpackedLayer? {
        try pin([diffID])
        let sql = "SELECT \(UnpackedLayer.columns) FROM layers WHERE diff_id = ?"
        return try reading { database throws(StoreError) in
            try database.rows(sql, [.text(diffID.description)]) { row throws(StoreError) in try UnpackedLayer(row) }
                .first
        } ?? nil
    }

    /// All unpacked layers, the least recently used first.
    public func unpackedLayers() throws(StoreError) -> [UnpackedLayer] {
        try reading { database throws(StoreError) in
            try database.rows("SELECT \(UnpackedLayer.columns) FROM layers ORDER BY used, diff_id") {
                row throws(StoreError) in try UnpackedLayer(row)
            }
        } ?? []
    }

    /// Records unpacked layers; pinned to the session.
    public func put(_ layers: [UnpackedLayer]) throws(StoreError) {
        try pin(layers.map(\.diffID))
        try writing { database throws(StoreError) in
            for layer in layers {
                try database.run(
                    "INSERT OR REPLACE INTO layers (\(UnpackedLayer.columns)) VALUES (?, ?, ?, ?, ?)",
                    [
                        .text(layer.diffID.description), .integer(layer.size), .integer(layer.entries),
                        .integer(layer.created.indexed), .integer(layer.lastUsed.indexed),
                    ])
            }
        }
    }

    /// Marks layers as used now; pinned to the session.
    public func markUsed(layers diffIDs: [Digest]) throws(StoreError) {
        if isReadOnly { return }
        try pin(diffIDs)
        let now = Timestamp.now.indexed
        try writing { database throws(StoreError) in
            for diffID in diffIDs {
                try database.run(
                    "UPDATE layers SET used = ? WHERE diff_id = ?", [.integer(now), .text(diffID.description)])
            }
        }
    }

    /// Forgets an unpacked layer whose directory is gone.
    public func removeUnpackedLayer(_ diffID: Digest) throws(StoreError) {
        try writing { database throws(StoreError) in
            try database.run("DELETE FROM layers WHERE diff_id = ?", [.text(diffID.description)])
        }
    }

    /// The blob that holds a layer compressed in a certain way; nil when it has not been made, or is gone. Pinned to the
    /// session.
    ///
    /// - Parameter compression: A name for the algorithm with everything that changes the bytes: `gzip:6`.
    public func layerBlob(_ diffID: Digest, compression: String) throws(StoreError) -> Descriptor? {
        try layerBlobs(diffID).first { $0.compression == compression }?.descriptor
    }

    /// All blobs that hold a layer, in the order of the compressions' names; pinned to the session.
    public func layerBlobs(_ diffID: Digest) throws(StoreError) -> [LayerBlob] {
        let sql = "SELECT compression, descriptor FROM layer_blobs WHERE diff_id = ? ORDER BY compression"
        let found: [LayerBlob] =
            try reading { database throws(StoreError) in
                try database.rows(sql, [.text(diffID.description)]) { row throws(StoreError) in
                    let bytes = row.bytes(1)
                    let descriptor = try storeErrors("a layer record of the index") { try Descriptor(parsing: bytes) }
                    return LayerBlob(compression: row.text(0), descriptor: descriptor)
                }
            } ?? []
        try pin(found.map(\.descriptor.digest))
        return found.filter { contains($0.descriptor.digest) }
    }

    /// Records that `descriptor` is the layer, compressed in a certain way, and where its members stand; pinned to the
    /// session.
    public func putLayerBlob(
        _ descriptor: Descriptor, diffID: Digest, compression: String, members: [KeptMember] = []
    ) throws(StoreError) {
        try pin([diffID, descriptor.digest])
        try writing { database throws(StoreError) in
            try database.run(
                "INSERT OR REPLACE INTO layer_blobs (diff_id, compression, descriptor) VALUES (?, ?, ?)",
                [
                    .text(diffID.description), .text(compression),
                    .text(String(decoding: descriptor.encoded(), as: UTF8.self)),
                ])
            for member in members {
                // The newest blob is the one that stays longest.
                try database.run(
                    "INSERT OR REPLACE INTO members (key, blob, offset, length) VALUES (?, ?, ?, ?)",
                    [
                        .blob(member.key), .text(descriptor.digest.description), .integer(member.offset),
                        .integer(Int64(member.length)),
                    ])
            }
        }
    }

    /// Where a compressed member with a key stands, and in which blob, which may be gone.
    public func keptMember(_ key: [UInt8]) throws(StoreError) -> (blob: Digest, place: KeptMember)? {
        let rows = try reading { database throws(StoreError) in
            try database.rows("SELECT blob, offset, length FROM members WHERE key = ?", [.blob(key)]) {
                row throws(StoreError) in
                let text = row.text(0)
                let blob = try storeErrors("a member record of the index") { try Digest(parsing: text) }
                return (blob, KeptMember(key: key, offset: row.integer(1), length: Int(row.integer(2))))
            }
        }
        return rows?.first
    }
}
