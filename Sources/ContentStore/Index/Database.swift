internal import CSQLite
internal import Glibc

/// A connection to an SQLite database: thin, and with values only going in and out.
///
/// Used by one thread at a time; the store keeps it behind a lock. Statements are prepared once and kept.
@safe final class Database {
    let path: String
    private let connection: OpaquePointer
    private var statements: [String: Statement] = [:]

    enum Access {
        case readWrite
        /// Without any write to the directory; the database may be written by others meanwhile.
        case readOnly
        /// The files cannot change: no locks, no shared memory, no look at a write-ahead log.
        case immutable
    }

    /// How long a statement waits for other processes, in milliseconds. Transactions are short, except that of garbage
    /// collection.
    static let busyTimeout: Int32 = 60_000

    init(path: String, access: Access) throws(StoreError) {
        self.path = path
        var flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
        var name = path
        switch access {
        case .readWrite: flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
        case .readOnly: flags |= SQLITE_OPEN_READONLY
        case .immutable:
            flags |= SQLITE_OPEN_READONLY | SQLITE_OPEN_URI
            name = "file:" + Self.escapedForURI(path) + "?immutable=1"
        }
        var opened: OpaquePointer?
        let result = unsafe sqlite3_open_v2(name, &opened, flags, nil)
        guard let connection = unsafe opened else {
            throw StoreError(SQLiteError(code: result, message: "out of memory"), path: path)
        }
        guard result == SQLITE_OK else {
            let error = unsafe Self.error(of: connection, code: result)
            // A connection that failed to open must be closed as well.
            _ = unsafe sqlite3_close_v2(connection)
            throw StoreError(error, path: path)
        }
        unsafe self.connection = connection
        if case .readWrite = access { unsafe csqlite_keep_log(connection, 1) }
        _ = unsafe sqlite3_busy_timeout(connection, Self.busyTimeout)
    }

    deinit {
        for statement in statements.values { statement.finalize() }
        if logSize > Self.longLog { synchronizeAtEnd() }
        // Every statement is finalized, so that nothing is left that could fail.
        _ = unsafe sqlite3_close_v2(connection)
    }

    /// The size of a write-ahead log, in bytes, from which on it is moved into the database at the end: whoever opens that
    /// next reads all of the log first.
    private static let longLog: UInt64 = 1 << 20

    /// The size of the write-ahead log in bytes; 0 where there is none.
    private var logSize: UInt64 {
        var status = stat()
        return unsafe stat(path + "-wal", &status) == 0 ? UInt64(status.st_size) : 0
    }

    /// Has everything reach the disk when the last connection is closed, and not whenever the log happens to be full.
    func synchronizeAtEnd() { unsafe csqlite_keep_log(connection, 0) }

    /// Runs one statement that gives no rows.
    func run(_ sql: String, _ values: [SQLValue] = []) throws(StoreError) {
        _ = try rows(sql, values) { _ in }
    }

    /// Runs one statement and gives what `body` makes of each row.
    func rows<Element>(
        _ sql: String, _ values: [SQLValue] = [], _ body: (borrowing Row) throws(StoreError) -> Element
    ) throws(StoreError) -> [Element] {
        var result: [Element] = []
        let statement = try prepared(sql)
        defer { statement.reset() }
        do {
            try statement.bind(values)
            while try statement.step() { result.append(try body(statement.row)) }
        } catch let error as SQLiteError {
            throw StoreError(error, path: path)
        } catch {
            throw StoreError(nil, error)
        }
        return result
    }

    /// The first row's first column as a whole number; nil when there is no row.
    func integer(_ sql: String, _ values: [SQLValue] = []) throws(StoreError) -> Int64? {
        try rows(sql, values) { $0.integer(0) }.first
    }

    /// Runs `body` while this connection alone may write; all of its changes happen, or, when it throws, none.
    ///
    /// The lock is taken at the beginning: a transaction that reads first and then wants to write could otherwise be
    /// refused in the middle.
    func transaction<Result>(_ body: () throws(StoreError) -> Result) throws(StoreError) -> Result {
        try run("BEGIN IMMEDIATE")
        do {
            let result = try body()
            try run("COMMIT")
            return result
        } catch {
            // SQLite rolls back by itself after some errors, a full disk for one; to roll back again is an error then.
            if unsafe sqlite3_get_autocommit(connection) == 0 { try run("ROLLBACK") }
            throw error
        }
    }

    /// How many rows the last statement changed.
    var changes: Int { Int(unsafe sqlite3_changes(connection)) }

    private func prepared(_ sql: String) throws(StoreError) -> Statement {
        if let statement = statements[sql] { return statement }
        var pointer: OpaquePointer?
        let result = unsafe sqlite3_prepare_v3(
            connection, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &pointer, nil)
        guard result == SQLITE_OK, let pointer = unsafe pointer else {
            throw StoreError(unsafe Self.error(of: connection, code: result), path: path)
        }
        let statement = unsafe Statement(pointer: pointer, connection: connection)
        statements[sql] = statement
        return statement
    }

    static func error(of connection: OpaquePointer, code: Int32) -> SQLiteError {
        let message = unsafe sqlite3_errmsg(connection).map { unsafe String(cString: $0) }
        return SQLiteError(code: code, message: message ?? "unknown error")
    }

    private static func escapedForURI(_ path: String) -> String {
        var result = ""
        for byte in path.utf8 {
            switch byte {
            case UInt8(ascii: "%"), UInt8(ascii: "?"), UInt8(ascii: "#"), 0..<0x21, 0x7f...:
                let digits = String(byte, radix: 16)
                result += "%" + (digits.utf8.count == 1 ? "0" : "") + digits
            default: result.unicodeScalars.append(Unicode.Scalar(byte))
            }
        }
        return result
    }
}
