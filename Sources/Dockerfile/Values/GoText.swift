extension Bool {
    /// Parses what Go's `strconv.ParseBool` takes: `1 t T TRUE true True 0 f F FALSE false False`.
    init?(goText text: String) {
        switch text {
        case "1", "t", "T", "TRUE", "true", "True": self = true
        case "0", "f", "F", "FALSE", "false", "False": self = false
        default: return nil
        }
    }
}

extension String {
    /// The text without white space at its ends.
    func trimmingBlanks() -> String {
        let bytes = Array(utf8)
        return String(decoding: bytes[Byte.trimmed(bytes, 0..<bytes.count)], as: UTF8.self)
    }

    /// The text without its first byte, which must be ASCII. Swift's `dropFirst` would also drop an accent that follows
    /// and combines with it.
    func droppingFirstByte() -> String {
        String(decoding: utf8.dropFirst(), as: UTF8.self)
    }

    /// The text before and behind the first occurrence of a byte; nil if it does not occur.
    func cut(at separator: UInt8) -> (before: String, after: String)? {
        guard let index = utf8.firstIndex(of: separator) else { return nil }
        return (String(self[..<index]), String(self[utf8.index(after: index)...]))
    }
}
