/// `<<EOF` as it stands in an instruction: `[fd]<<[-]["']WORD["']`.
struct HeredocMarker {
    var name: String
    var fileDescriptor: Int
    var expands: Bool
    var stripsTabs: Bool
    var range: Range<Int>

    /// Parses one word; nil if it is no heredoc.
    init?(_ word: String, range: Range<Int>) throws(ExpansionError) {
        let bytes = Array(word.utf8)
        var position = bytes.prefix(while: Byte.isDigit).count
        guard bytes[position...].starts(with: "<<".utf8) else { return nil }
        fileDescriptor = Int(String(decoding: bytes[..<position], as: UTF8.self)) ?? 0
        position += 2
        stripsTabs = position < bytes.count && bytes[position] == Byte.minus
        if stripsTabs { position += 1 }
        while position < bytes.count, Self.separatesNoDelimiter(bytes[position]) { position += 1 }
        let rest = bytes[position...]
        guard !rest.isEmpty, !rest.contains(Byte.less) else { return nil }
        let text = String(decoding: rest, as: UTF8.self)
        self.range = range
        if rest.allSatisfy({ Byte.isLetter($0) || Byte.isDigit($0) }) {
            // The usual delimiter is a plain word, which expanding would not change.
            name = text
            expands = true
            return
        }
        let plain = try Self.expand(text, Expander.Options(keepsUndefined: true))
        guard plain.count == 1 else { return nil }
        let quoted = try Self.expand(text, Expander.Options(keepsQuotes: true, keepsUndefined: true))
        name = plain[0]
        // Quotes that went away mean that part of the delimiter was quoted, so the content is literal.
        expands = Self.quoteCount(plain) == Self.quoteCount(quoted)
    }

    private static func expand(_ text: String, _ options: Expander.Options) throws(ExpansionError) -> [String] {
        var scanner = ExpansionScanner(text, escape: .backslash, options: options) { _ in nil }
        return try scanner.run().words
    }

    private static func quoteCount(_ words: [String]) -> Int {
        words.reduce(0) { count, word in
            count + word.utf8.count { $0 == Byte.singleQuote || $0 == Byte.doubleQuote }
        }
    }

    /// The heredocs of a statement in order. A statement with an unclosed quote has none: its `<<` may be quoted text.
    static func find(in statement: borrowing Statement) throws(DockerfileError) -> [HeredocMarker] {
        var markers: [HeredocMarker] = []
        for range in words(of: statement) ?? [] {
            do {
                if let marker = try HeredocMarker(statement.line.text(range), range: range) { markers.append(marker) }
            } catch {
                throw statement.error(.invalidHeredoc, "invalid heredoc delimiter: \(error.message)", at: range)
            }
        }
        return markers
    }

    /// Splits like a shell; the blanks between `<<` and its delimiter do not separate.
    private static func words(of statement: borrowing Statement) -> [Range<Int>]? {
        let bytes = statement.bytes
        let end = statement.range.upperBound
        var words: [Range<Int>] = []
        var start: Int?
        var position = statement.range.lowerBound
        while position < end {
            let byte = bytes[position]
            let blank = Byte.whitespaceLength(bytes, at: position)
            if blank > 0 {
                if let begin = start { words.append(begin..<position) }
                start = nil
                position += blank
                continue
            }
            if start == nil { start = position }
            switch byte {
            case Byte.backslash: position = min(position + 2, end)
            case Byte.singleQuote, Byte.doubleQuote:
                guard let closing = closingQuote(byte, in: bytes[(position + 1)..<end]) else { return nil }
                position = closing + 1
            case Byte.less where position + 1 < end && bytes[position + 1] == Byte.less:
                position += 2
                while position < end, Self.separatesNoDelimiter(bytes[position]) { position += 1 }
            default: position += 1
            }
        }
        if let begin = start { words.append(begin..<end) }
        return words
    }

    /// The blanks that may stand between `<<` and its delimiter.
    private static func separatesNoDelimiter(_ byte: UInt8) -> Bool {
        byte == Byte.space || byte == Byte.tab || byte == Byte.carriageReturn
    }

    private static func closingQuote(_ quote: UInt8, in bytes: ArraySlice<UInt8>) -> Int? {
        var position = bytes.startIndex
        while position < bytes.endIndex {
            if bytes[position] == quote { return position }
            position += bytes[position] == Byte.backslash && quote == Byte.doubleQuote ? 2 : 1
        }
        return nil
    }
}
