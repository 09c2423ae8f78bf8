internal import CSQLite

/// rpm's database as an SQLite file. It is read from a copy in memory: the file is somebody else's, and SQLite would want to
/// write locks and a log beside it.
enum RPMSQLite {
    /// The headers of all packages.
    static func headers(_ file: FileBytes) throws -> [[UInt8]] {
        var bytes = try file.all(limit: Limit.database)
        guard bytes.count >= 512, bytes.starts(with: "SQLite format 3\0".utf8) else {
            throw SBOMError.damaged("it is no SQLite database")
        }
        // rpm's has a write-ahead log, which one in memory cannot have; without it the file is as it was at the last checkpoint.
        bytes[18] = 1
        bytes[19] = 1
        return try unsafe bytes.withUnsafeMutableBytes { buffer throws(SBOMError) in try unsafe read(buffer) }
    }

    /// How often SQLite may report progress before it is stopped: a schema can hold a view that never ends.
    private static let patience = 100_000

    private static func read(_ buffer: UnsafeMutableRawBufferPointer) throws(SBOMError) -> [[UInt8]] {
        var opened: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY | SQLITE_OPEN_NOMUTEX
        let status = unsafe sqlite3_open_v2(":memory:", &opened, flags, nil)
        guard status == SQLITE_OK, let connection = unsafe opened else {
            _ = unsafe sqlite3_close_v2(opened)
            throw SBOMError(.unsupported, "SQLite does not start: \(status)")
        }
        // Before the buffer ends, on every way out.
        defer { _ = unsafe sqlite3_close_v2(connection) }
        let size = Int64(buffer.count)
        let base = unsafe buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
        try unsafe check(
            sqlite3_deserialize(connection, "main", base, size, size, UInt32(SQLITE_DESERIALIZE_READONLY)),
            connection)
        _ = unsafe sqlite3_limit(connection, SQLITE_LIMIT_LENGTH, Int32(Limit.rpmHeader))
        var budget = patience
        return try unsafe withUnsafeMutablePointer(to: &budget) { budget throws(SBOMError) in
            unsafe sqlite3_progress_handler(
                connection, 1000,
                { context in
                    guard let left = unsafe context?.assumingMemoryBound(to: Int.self) else { return 1 }
                    unsafe left.pointee -= 1
                    return unsafe left.pointee < 0 ? 1 : 0
                }, budget)
            return try unsafe blobs(connection)
        }
    }

    private static func blobs(_ connection: OpaquePointer) throws(SBOMError) -> [[UInt8]] {
        var prepared: OpaquePointer?
        try unsafe check(
            sqlite3_prepare_v2(connection, "SELECT blob FROM Packages ORDER BY hnum", -1, &prepared, nil),
            connection)
        defer { _ = unsafe sqlite3_finalize(prepared) }
        var blobs: [[UInt8]] = []
        var total = 0
        while true {
            let status = unsafe sqlite3_step(prepared)
            if status == SQLITE_DONE { return blobs }
            guard status == SQLITE_ROW else {
                try unsafe check(status == SQLITE_OK ? SQLITE_ERROR : status, connection)
                return blobs
            }
            let start = unsafe sqlite3_column_blob(prepared, 0)
            let count = Int(unsafe sqlite3_column_bytes(prepared, 0))
            total += count
            guard total <= Limit.database, blobs.count < Limit.packages else {
                throw .tooLarge("it lists more than any system has")
            }
            blobs.append(unsafe [UInt8](UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count)))
        }
    }

    private static func check(_ status: Int32, _ connection: OpaquePointer) throws(SBOMError) {
        guard status != SQLITE_OK else { return }
        let text = unsafe sqlite3_errmsg(connection).map { unsafe String(cString: $0) } ?? "error \(status)"
        throw .damaged("SQLite says: \(text)")
    }
}
