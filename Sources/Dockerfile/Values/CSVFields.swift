/// The fields of one comma-separated record, as Go's `encoding/csv` reads it.
enum CSVFields {
    /// The fields of a record; nil if its quotes are wrong or there is no record at all.
    ///
    /// A field that starts with a quote runs to the next single quote and may contain commas; two quotes are one. A
    /// quote inside any other field is an error.
    static func parse(_ text: String) -> [String]? {
        let bytes = Array(text.utf8)
        var fields: [String] = []
        var position = 0
        guard !bytes.isEmpty else { return nil }
        while true {
            var field: [UInt8] = []
            if position < bytes.count, bytes[position] == Byte.doubleQuote {
                position += 1
                var isClosed = false
                while position < bytes.count, !isClosed {
                    let byte = bytes[position]
                    position += 1
                    if byte != Byte.doubleQuote {
                        field.append(byte)
                    } else if position < bytes.count, bytes[position] == Byte.doubleQuote {
                        field.append(byte)
                        position += 1
                    } else {
                        isClosed = true
                    }
                }
                guard isClosed, position == bytes.count || bytes[position] == Byte.comma else { return nil }
            } else {
                while position < bytes.count, bytes[position] != Byte.comma {
                    guard bytes[position] != Byte.doubleQuote else { return nil }
                    field.append(bytes[position])
                    position += 1
                }
            }
            fields.append(String(decoding: field, as: UTF8.self))
            guard position < bytes.count else { return fields }
            position += 1
        }
    }

    /// The record of these fields; at least one.
    static func text(_ fields: [String]) -> String {
        guard fields != [""] else { return "\"\"" }
        return fields.map { field in
            guard field.utf8.contains(where: { $0 == Byte.comma || $0 == Byte.doubleQuote }) else { return field }
            let escaped = field.utf8.flatMap { $0 == Byte.doubleQuote ? [$0, $0] : [$0] }
            return "\"" + String(decoding: escaped, as: UTF8.self) + "\""
        }.joined(separator: ",")
    }
}
