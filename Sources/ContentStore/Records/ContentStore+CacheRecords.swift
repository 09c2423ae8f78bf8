internal import FileSystem
public import OCI

extension ContentStore {
    /// The record under `key`; nil when there is none. The record counts as used now, and it and what it needs are
    /// pinned to the session, so that it can be relied upon. Whether its layers are really there is for their owner to
    /// say.
    public func cacheRecord(for key: Digest) throws(StoreError) -> CacheRecord? {
        let found = try reading { database throws(StoreError) in try Self.cacheRecord(key, in: database) } ?? nil
        guard found != nil, !isReadOnly else { return found }
        let lease = try withSession { $0.temporary.name }
        // Read again: a collection may have removed it in between.
        let record = try writing(isLosable: true) { database throws(StoreError) in
            guard let record = try Self.cacheRecord(key, in: database) else { return CacheRecord?.none }
            for digest in [key] + record.layers + record.blobs { try Self.pin(digest, lease: lease, in: database) }
            try database.run(
                "UPDATE cache_records SET used = ? WHERE key = ?",
                [.integer(Timestamp.now.indexed), .text(key.description)])
            return record
        }
        if let record { try withSession { $0.pinned.formUnion([key] + record.layers + record.blobs) } }
        return record
    }

    private static func cacheRecord(_ key: Digest, in database: Database) throws(StoreError) -> CacheRecord? {
        try database.rows(
            "SELECT \(CacheRecord.columns) FROM cache_records WHERE key = ?", [.text(key.description)]
        ) { row throws(StoreError) in try CacheRecord(row) }.first
    }

    /// All records, the least recently used first.
    public func cacheRecords() throws(StoreError) -> [CacheRecord] {
        try reading { database throws(StoreError) in
            try database.rows("SELECT \(CacheRecord.columns) FROM cache_records ORDER BY used, key") {
                row throws(StoreError) in try CacheRecord(row)
            }
        } ?? []
    }

    /// Stores records, replacing those with the same keys. Records, layers and blobs are pinned to the session.
    public func put(_ records: [CacheRecord]) throws(StoreError) {
        try pin(records.flatMap { [$0.key] + $0.layers + $0.blobs })
        try writing { database throws(StoreError) in
            for record in records {
                try database.run(
                    "INSERT OR REPLACE INTO cache_records (\(CacheRecord.columns)) VALUES (?, ?, ?, ?, ?, ?, ?)",
                    [
                        .text(record.key.description), .blob(record.payload), .text(CacheRecord.text(record.layers)),
                        .text(CacheRecord.text(record.blobs)), .text(record.summary), .integer(record.created.indexed),
                        .integer(record.lastUsed.indexed),
                    ])
            }
        }
    }

    /// Stores a record, replacing one with the same key.
    public func put(_ record: CacheRecord) throws(StoreError) { try put([record]) }

    /// Removes the record under `key`, such as one whose layers turned out to be missing.
    public func removeCacheRecord(for key: Digest) throws(StoreError) {
        try writing { database throws(StoreError) in
            try database.run("DELETE FROM cache_records WHERE key = ?", [.text(key.description)])
        }
    }
}
