internal import FileSystem

extension ContentStore {
    /// How many contexts' files are remembered.
    static let maximumContexts: Int64 = 100

    /// What is known about the files of the context called `context`, such as the path of its directory.
    public func statCache(context: String) throws(StoreError) -> StatCache {
        let began = Timestamp.now
        let bytes = try reading { database throws(StoreError) in
            try database.rows("SELECT files FROM stat_caches WHERE context = ?", [.text(context)], { $0.bytes(0) })
                .first
        }
        let table = bytes?.map { StatTable(decoding: $0) } ?? StatTable()
        return StatCache(context: context, table: table, began: began)
    }

    /// How much of a context may change, in bytes of files, until the cache is written again.
    static let negligibleBytes: UInt64 = 4 << 20

    /// Writes back what changed, unless to hash that again costs less than to write everything: a hundredth of the files, with
    /// few bytes. Forgets the contexts that changed longest ago. On a read-only store nothing happens:
    /// the cache only saves time.
    ///
    /// - Parameter forgettingOthers: Whether files that were neither looked up nor recorded are forgotten, as is right
    ///   after a walk of the whole context.
    public func save(_ cache: StatCache, forgettingOthers: Bool = false) throws(StoreError) {
        let forgets = forgettingOthers && cache.table.seenCount < cache.table.count
        let changed = cache.table.changed
        let isNegligible = changed.files * 100 <= cache.table.count && changed.bytes <= Self.negligibleBytes
        if isReadOnly || isNegligible && !forgets { return }
        try writing(isLosable: true) { database throws(StoreError) in
            try database.run(
                "INSERT OR REPLACE INTO stat_caches (context, used, files) VALUES (?, ?, ?)",
                [
                    .text(cache.context), .integer(Timestamp.now.indexed),
                    .blob(cache.table.encoded(onlySeen: forgets)),
                ])
            try database.run(
                """
                DELETE FROM stat_caches WHERE context IN
                    (SELECT context FROM stat_caches ORDER BY used DESC LIMIT -1 OFFSET ?)
                """,
                [.integer(Self.maximumContexts)])
        }
    }
}
