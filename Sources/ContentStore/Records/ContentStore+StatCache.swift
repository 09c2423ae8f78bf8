internal import FileSystem
internal import OCI
internal import SystemPackage

extension ContentStore {
    /// What is known about the files of the context called `context`, such as the path of its directory.
    public func statCache(context: String) throws(StoreError) -> StatCache {
        let began = Timestamp.now
        let entries = try reading { database throws(StoreError) in
            var entries: [FilePath: StatCache.Entry] = [:]
            guard let id = try database.integer("SELECT id FROM contexts WHERE name = ?", [.text(context)]) else {
                return entries
            }
            let count = try database.integer("SELECT count(*) FROM stat_cache WHERE context = ?", [.integer(id)]) ?? 0
            entries.reserveCapacity(Int(count))
            let rows = try database.rows(
                "SELECT path, size, modified, changed, inode, digest FROM stat_cache WHERE context = ?", [.integer(id)]
            ) { row in
                (
                    FilePath(bytes: row.bytes(0)),
                    Digest(algorithm: .sha256, bytes: row.bytes(5)).map {
                        StatCache.Entry(
                            size: UInt64(bitPattern: row.integer(1)), modified: row.integer(2), changed: row.integer(3),
                            inode: UInt64(bitPattern: row.integer(4)), digest: $0)
                    }
                )
            }
            for (path, entry) in rows { entries[path] = entry }
            return entries
        }
        return StatCache(context: context, entries: entries ?? [:], began: began)
    }

    /// Writes back what changed. On a read-only store nothing happens: the cache only saves time.
    ///
    /// - Parameter forgettingOthers: Whether files that were neither looked up nor recorded are forgotten, as is right
    ///   after a walk of the whole context.
    public func save(_ cache: StatCache, forgettingOthers: Bool = false) throws(StoreError) {
        let forgotten = forgettingOthers ? cache.entries.keys.filter { !cache.seen.contains($0) } : []
        if isReadOnly || (cache.changes.isEmpty && forgotten.isEmpty) { return }
        try writing { database throws(StoreError) in
            try database.run(
                "INSERT INTO contexts (name, used) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET used = ?2",
                [.text(cache.context), .integer(Timestamp.now.indexed)])
            let id = try database.integer("SELECT id FROM contexts WHERE name = ?", [.text(cache.context)])
            for path in cache.changes {
                guard let entry = cache.entries[path] else { continue }
                try database.run(
                    "INSERT OR REPLACE INTO stat_cache VALUES (?, ?, ?, ?, ?, ?, ?)",
                    [
                        SQLValue(id), .blob(path.bytes), .integer(Int64(bitPattern: entry.size)),
                        .integer(entry.modified), .integer(entry.changed), .integer(Int64(bitPattern: entry.inode)),
                        .blob(entry.digest.bytes),
                    ])
            }
            for path in forgotten {
                try database.run(
                    "DELETE FROM stat_cache WHERE context = ? AND path = ?", [SQLValue(id), .blob(path.bytes)])
            }
        }
    }
}
