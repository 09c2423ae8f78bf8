/// Reads the comma-separated values of flags such as `--output` and `--secret`.
///
/// Docker reads them with Go's `encoding/csv` (RFC 4180), so a field with a comma stands in double quotes:
/// `type=local,"dest=a,b"`.
enum CSVFields {
    /// The fields of one record.
    static func parse(_ text: String) throws(CommandLineError) -> [String] {
        var fields: [String] = []
        var field = ""
        var isQuoted = false
        var characters = text.makeIterator()
        var next = characters.next()
        var isFieldStart = true
        while let character = next {
            next = characters.next()
            switch character {
            case "\"" where isQuoted:
                if next == "\"" {
                    field.append("\"")
                    next = characters.next()
                } else {
                    isQuoted = false
                    guard next == nil || next == "," else {
                        throw CommandLineError("text follows a quoted field in \"\(text)\"")
                    }
                }
            case "\"" where isFieldStart: isQuoted = true
            case "\"": throw CommandLineError("a quote stands inside of an unquoted field in \"\(text)\"")
            case "," where !isQuoted:
                fields.append(field)
                field = ""
                isFieldStart = true
                continue
            default: field.append(character)
            }
            isFieldStart = false
        }
        guard !isQuoted else { throw CommandLineError("a quote is not closed in \"\(text)\"") }
        return fields + [field]
    }

    /// The fields of one record as keys in lower case and values.
    ///
    /// - Parameter flag: the flag that `text` belongs to, for messages.
    static func pairs(_ text: String, flag: String) throws(CommandLineError) -> [(key: String, value: String)] {
        var pairs: [(key: String, value: String)] = []
        for field in try parse(text) {
            let pair = field.splitOnce("=")
            guard let value = pair.after else {
                throw CommandLineError("\(flag): \"\(field)\" must be a key=value pair")
            }
            pairs.append((pair.before.trimmingBlanks().lowercased(), value))
        }
        return pairs
    }
}

extension StringProtocol {
    /// The text before and after the first `separator`; all of it, and `nil`, if there is none.
    func splitOnce(_ separator: Character) -> (before: String, after: String?) {
        guard let index = firstIndex(of: separator) else { return (String(self), nil) }
        return (String(self[..<index]), String(self[self.index(after: index)...]))
    }

    /// The text without blanks at its ends.
    func trimmingBlanks() -> String {
        guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return String(self[first...last])
    }
}
