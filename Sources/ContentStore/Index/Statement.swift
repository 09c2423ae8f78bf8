internal import CSQLite

/// A prepared statement; lives no longer than its database.
@safe final class Statement {
    private let pointer: OpaquePointer
    private let connection: OpaquePointer

    init(pointer: OpaquePointer, connection: OpaquePointer) {
        unsafe self.pointer = pointer
        unsafe self.connection = connection
    }

    /// Binds the values to the parameters in order.
    func bind(_ values: [SQLValue]) throws(SQLiteError) {
        for (offset, value) in values.enumerated() {
            let index = Int32(offset + 1)
            // SQLite copies text and bytes before it returns (SQLITE_TRANSIENT).
            let transient = unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)
            switch value {
            case .null: try check(unsafe sqlite3_bind_null(pointer, index))
            case .integer(let number): try check(unsafe sqlite3_bind_int64(pointer, index, number))
            case .text(let text):
                try check(unsafe sqlite3_bind_text(pointer, index, text, Int32(text.utf8.count), transient))
            case .blob(let bytes):
                let result = unsafe bytes.withUnsafeBytes { buffer in
                    // Without an address SQLite would bind null.
                    guard let start = buffer.baseAddress else { return unsafe sqlite3_bind_zeroblob(pointer, index, 0) }
                    return unsafe sqlite3_bind_blob64(pointer, index, start, UInt64(buffer.count), transient)
                }
                try check(result)
            }
        }
    }

    /// Goes to the next row; false when there is none.
    func step() throws(SQLiteError) -> Bool {
        switch unsafe sqlite3_step(pointer) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code: throw unsafe Database.error(of: connection, code: code)
        }
    }

    /// The row that the last step came to.
    var row: Row { unsafe Row(pointer: pointer) }

    /// Makes the statement ready for its next use.
    func reset() {
        // Repeats the error of the last step, which was thrown already.
        _ = unsafe sqlite3_reset(pointer)
        _ = unsafe sqlite3_clear_bindings(pointer)
    }

    func finalize() {
        _ = unsafe sqlite3_finalize(pointer)
    }

    private func check(_ code: Int32) throws(SQLiteError) {
        guard code == SQLITE_OK else { throw unsafe Database.error(of: connection, code: code) }
    }
}

/// The columns of one row; valid only inside the closure that gets it.
@safe struct Row: ~Copyable {
    private let pointer: OpaquePointer

    init(pointer: OpaquePointer) {
        unsafe self.pointer = pointer
    }

    func isNull(_ column: Int32) -> Bool { unsafe sqlite3_column_type(pointer, column) == SQLITE_NULL }

    func integer(_ column: Int32) -> Int64 { unsafe sqlite3_column_int64(pointer, column) }

    func text(_ column: Int32) -> String { String(decoding: bytes(column), as: UTF8.self) }

    func optionalText(_ column: Int32) -> String? { isNull(column) ? nil : text(column) }

    func bytes(_ column: Int32) -> [UInt8] {
        // The bytes must be asked for before their number, which a conversion may change.
        guard let start = unsafe sqlite3_column_blob(pointer, column) else { return [] }
        return unsafe [UInt8](UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(pointer, column))))
    }
}
