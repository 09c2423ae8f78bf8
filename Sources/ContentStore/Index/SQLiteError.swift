internal import CSQLite

/// What SQLite answered.
struct SQLiteError: Error, CustomStringConvertible {
    /// The extended result code.
    var code: Int32
    var message: String

    /// The code without its extension.
    var primary: Int32 { code & 0xff }

    var description: String { "\(message) (SQLite \(code))" }
}

extension StoreError {
    /// The failure of a statement on the index at `path`, in the store's words.
    init(_ error: SQLiteError, path: String) {
        switch error.primary {
        case SQLITE_CORRUPT, SQLITE_NOTADB:
            self.init(
                .corruptIndex,
                "the index \(path) is damaged: slipway doctor --repair makes a new one from the blobs, with all images",
                cause: error)
        case SQLITE_FULL: self.init(.noSpace, "cannot write the index \(path): the disk is full", cause: error)
        case SQLITE_READONLY: self.init(.readOnly, "cannot write the index \(path): it is read-only", cause: error)
        case SQLITE_BUSY, SQLITE_LOCKED:
            self.init(.busy, "the index \(path) is locked by another process", cause: error)
        case SQLITE_PERM, SQLITE_AUTH, SQLITE_CANTOPEN:
            self.init(.permissionDenied, "cannot open the index \(path)", cause: error)
        default: self.init(.inputOutput, "cannot use the index \(path)", cause: error)
        }
    }
}
