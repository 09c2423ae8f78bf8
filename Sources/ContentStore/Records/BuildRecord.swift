public import FileSystem

/// What is remembered of a build, for `explain`.
public struct BuildRecord: Hashable, Sendable {
    /// The number of the build in this store, from 1; 0 for one that is not stored yet.
    public var id: Int64
    /// When the build began.
    public var started: Timestamp
    /// Everything else, in the form that the build engine chose.
    public var payload: [UInt8]

    /// A record of the given parts.
    public init(id: Int64 = 0, started: Timestamp, payload: [UInt8]) {
        self.id = id
        self.started = started
        self.payload = payload
    }

    init(_ row: borrowing Row) {
        self.init(id: row.integer(0), started: Timestamp(indexed: row.integer(1)), payload: row.bytes(2))
    }
}

extension ContentStore {
    /// How many builds are remembered.
    public static let maximumBuildRecords: Int64 = 1000

    /// Stores the record of a build and forgets the oldest ones.
    ///
    /// - Returns: The number of the build. With a number that is already stored, that record is replaced.
    @discardableResult
    public func put(_ record: BuildRecord) throws(StoreError) -> Int64 {
        try writing(isLosable: true) { database throws(StoreError) in try Self.put(record, in: database) }
    }

    static func put(_ record: BuildRecord, in database: Database) throws(StoreError) -> Int64 {
        try database.run(
            "INSERT OR REPLACE INTO builds (id, started, payload) VALUES (?, ?, ?)",
            [
                record.id == 0 ? .null : .integer(record.id), .integer(record.started.indexed), .blob(record.payload),
            ])
        let id = try database.integer("SELECT last_insert_rowid()") ?? 0
        let oldest: [SQLValue] = [.integer(id - maximumBuildRecords)]
        try database.run("DELETE FROM builds WHERE id <= ?", oldest)
        // Their steps and lists of files go with them.
        try database.run("DELETE FROM steps WHERE build <= ?", oldest)
        try database.run("DELETE FROM selections WHERE build <= ?", oldest)
        return id
    }

    /// The record of a build; nil when it is forgotten.
    public func buildRecord(_ id: Int64) throws(StoreError) -> BuildRecord? {
        try reading { database throws(StoreError) in
            try database.rows(
                "SELECT id, started, payload FROM builds WHERE id = ?", [.integer(id)], BuildRecord.init
            ).first
        } ?? nil
    }

    /// The builds, the last one first.
    public func buildRecords(limit: Int = Int(maximumBuildRecords)) throws(StoreError) -> [BuildRecord] {
        try reading { database throws(StoreError) in
            try database.rows(
                "SELECT id, started, payload FROM builds ORDER BY id DESC LIMIT ?", [.integer(Int64(limit))],
                BuildRecord.init)
        } ?? []
    }
}
