/// Reads the flags at the start of a statement.
struct FlagReader {
    /// A word that starts with `--`, quotes and escapes removed.
    struct Flag {
        /// The text before `=`, without the dashes.
        var name: String
        /// The text behind `=`; nil without `=`.
        var value: String?
        /// The whole word.
        var range: Range<Int>
        /// What stands behind `=`.
        var valueRange: Range<Int>
    }

    private let bytes: [UInt8]
    private let end: Int
    private let escape: UInt8
    /// Where the next word is looked for.
    private(set) var position: Int

    init(_ bytes: [UInt8], _ range: Range<Int>, escape: EscapeToken) {
        self.bytes = bytes
        self.escape = escape.byte
        position = range.lowerBound
        end = range.upperBound
    }

    /// The next flag; nil if another word follows, or behind `--`.
    mutating func next() -> Flag? {
        position = Byte.trimmedAtStart(bytes, position..<end).lowerBound
        guard position + 1 < end, bytes[position] == Byte.minus, bytes[position + 1] == Byte.minus else { return nil }
        let flag = readFlag()
        return flag.name.isEmpty && flag.value == nil ? nil : flag
    }

    private mutating func readFlag() -> Flag {
        let start = position
        var quote: UInt8?
        var text: [UInt8] = []
        text.reserveCapacity(64)
        var value: (offset: Int, position: Int)?
        while position < end {
            var byte = bytes[position]
            if quote == nil, Byte.whitespaceLength(bytes, at: position) > 0 { break }
            position += 1
            if byte == quote {
                quote = nil
                continue
            }
            if quote == nil, byte == Byte.singleQuote || byte == Byte.doubleQuote {
                quote = byte
                continue
            }
            if byte == escape {
                guard position < end else { break }
                byte = bytes[position]
                position += 1
            }
            text.append(byte)
            if byte == Byte.equals, value == nil { value = (text.count, position) }
        }
        let nameEnd = value.map { $0.offset - 1 } ?? text.count
        return Flag(
            name: String(decoding: text[2..<nameEnd], as: UTF8.self),
            value: value.map { String(decoding: text[$0.offset...], as: UTF8.self) },
            range: start..<position, valueRange: (value?.position ?? position)..<position)
    }
}
