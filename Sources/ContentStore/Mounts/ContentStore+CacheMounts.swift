internal import FileSystem

extension ContentStore {
    /// The cache mounts, the least recently used first. What has a directory but no record is not among them.
    public func cacheMounts() throws(StoreError) -> [CacheMountRecord] {
        try reading { database throws(StoreError) in try Self.cacheMounts(in: database) } ?? []
    }

    static func cacheMounts(in database: Database) throws(StoreError) -> [CacheMountRecord] {
        try database.rows("SELECT \(CacheMountRecord.columns) FROM cache_mounts ORDER BY used, directory") { row in
            CacheMountRecord(row)
        }
    }

    /// Notes that a step uses a cache mount from now on.
    public func recordUse(of hold: CacheMountHold, id: String, target: String) throws(StoreError) {
        let record = CacheMountRecord(directory: hold.directory, id: id, target: target, uses: 1)
        try writing { database throws(StoreError) in
            try database.run(
                """
                INSERT INTO cache_mounts (\(CacheMountRecord.columns)) VALUES (?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (directory) DO UPDATE SET
                    id = excluded.id, target = excluded.target, used = excluded.used, uses = uses + 1, imported = 0
                """, record.values)
        }
    }

    /// Notes that a cache mount came from an archive.
    ///
    /// - Parameter isUnclaimed: Whether it waits for the first step that wants a cache of this id.
    public func recordImport(of hold: CacheMountHold, id: String, isUnclaimed: Bool) throws(StoreError) {
        let record = CacheMountRecord(directory: hold.directory, id: id, isImported: isUnclaimed)
        try writing { database throws(StoreError) in
            try database.run(
                """
                INSERT INTO cache_mounts (\(CacheMountRecord.columns)) VALUES (?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (directory) DO UPDATE SET
                    id = excluded.id, created = excluded.created, used = excluded.used, imported = excluded.imported
                """, record.values)
        }
    }

    func removeCacheMountRecord(_ directory: String) throws(StoreError) {
        try writing { database throws(StoreError) in
            try database.run("DELETE FROM cache_mounts WHERE directory = ?", [.text(directory)])
        }
    }
}
