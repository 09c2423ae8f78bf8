/// Recognises the JSON form of an instruction's arguments: an array of strings.
struct JSONArrayParser {
    /// What the text is.
    enum Outcome {
        /// No JSON array; the arguments are to be read in the instruction's other form.
        case notAnArray
        /// An array that contains something else than strings, which is an error.
        case otherThanString(Range<Int>)
        /// The strings, each with the range of its literal.
        case strings([(text: String, range: Range<Int>)])
    }

    private struct Invalid: Error {}

    /// As deep as Go's decoder goes.
    private static let maximumDepth = 10_000

    private let bytes: [UInt8]
    private var position: Int
    private let end: Int

    /// Parses a stretch of text.
    static func parse(_ bytes: [UInt8], _ range: Range<Int>) -> Outcome {
        guard !range.isEmpty, bytes[range.lowerBound] == Byte.openBracket else { return .notAnArray }
        var parser = JSONArrayParser(bytes: bytes, position: range.lowerBound, end: range.upperBound)
        return (try? parser.parse()) ?? .notAnArray
    }

    /// The string that is a member of the one object which a stretch of text is; nil if there is none.
    static func member(
        _ name: String, ofObjectIn bytes: [UInt8], _ range: Range<Int>
    ) -> (text: String, range: Range<Int>)? {
        var parser = JSONArrayParser(bytes: bytes, position: range.lowerBound, end: range.upperBound)
        return (try? parser.parseObject(lookingFor: name)) ?? nil
    }

    private mutating func parseObject(lookingFor name: String) throws(Invalid) -> (text: String, range: Range<Int>)? {
        var found: (text: String, range: Range<Int>)?
        skipBlanks()
        try expect(Byte.openBrace)
        skipBlanks()
        if !take(Byte.closeBrace) {
            repeat {
                skipBlanks()
                guard next == Byte.doubleQuote else { throw Invalid() }
                let key = try parseString()
                skipBlanks()
                try expect(Byte.colon)
                skipBlanks()
                let start = position
                let text = next == Byte.doubleQuote ? try parseString() : nil
                if text == nil { try skipValue() }
                // As in Go, the last of several members with one name counts.
                if key == name { found = text.map { ($0, start..<position) } }
                skipBlanks()
            } while take(Byte.comma)
            try expect(Byte.closeBrace)
        }
        skipBlanks()
        guard position == end else { throw Invalid() }
        return found
    }

    private var next: UInt8? { position < end ? bytes[position] : nil }

    private mutating func parse() throws(Invalid) -> Outcome {
        var strings: [(text: String, range: Range<Int>)] = []
        var other: Range<Int>?
        position += 1
        skipBlanks()
        if !take(Byte.closeBracket) {
            repeat {
                skipBlanks()
                let start = position
                if next == Byte.doubleQuote {
                    let text = try parseString()
                    strings.append((text, start..<position))
                } else {
                    try skipValue()
                    if other == nil { other = start..<position }
                }
                skipBlanks()
            } while take(Byte.comma)
            try expect(Byte.closeBracket)
        }
        skipBlanks()
        guard position == end else { throw Invalid() }
        return other.map(Outcome.otherThanString) ?? .strings(strings)
    }

    private mutating func skipBlanks() {
        while let byte = next, byte == Byte.space || byte == Byte.tab || Byte.isLineEnding(byte) { position += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        position += 1
        return true
    }

    private mutating func expect(_ byte: UInt8) throws(Invalid) {
        guard take(byte) else { throw Invalid() }
    }

    /// Skips any value. Open containers are kept in a list, because recursion would let a hostile file use up the
    /// stack.
    private mutating func skipValue() throws(Invalid) {
        var open: [UInt8] = []
        while true {
            skipBlanks()
            switch next {
            case Byte.doubleQuote: _ = try parseString()
            case Byte.openBracket:
                position += 1
                skipBlanks()
                if !take(Byte.closeBracket) {
                    open.append(Byte.closeBracket)
                    guard open.count < Self.maximumDepth else { throw Invalid() }
                    continue
                }
            case Byte.openBrace:
                position += 1
                skipBlanks()
                if !take(Byte.closeBrace) {
                    open.append(Byte.closeBrace)
                    guard open.count < Self.maximumDepth else { throw Invalid() }
                    try skipKey()
                    continue
                }
            default: try skipScalar()
            }
            guard try closeContainers(&open) else { return }
        }
    }

    /// After a value: closes what ends here. True if another value follows.
    private mutating func closeContainers(_ open: inout [UInt8]) throws(Invalid) -> Bool {
        while let closing = open.last {
            skipBlanks()
            if take(Byte.comma) {
                if closing == Byte.closeBrace { try skipKey() }
                return true
            }
            try expect(closing)
            open.removeLast()
        }
        return false
    }

    private mutating func skipKey() throws(Invalid) {
        skipBlanks()
        guard next == Byte.doubleQuote else { throw Invalid() }
        _ = try parseString()
        skipBlanks()
        try expect(Byte.colon)
    }

    /// `true`, `false`, `null` or a number.
    private mutating func skipScalar() throws(Invalid) {
        for literal in ["true", "false", "null"] where bytes[position..<end].starts(with: literal.utf8) {
            position += literal.utf8.count
            return
        }
        _ = take(Byte.minus)
        if !take(UInt8(ascii: "0")) { try skipDigits() }
        if take(UInt8(ascii: ".")) { try skipDigits() }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            if !take(Byte.minus) { _ = take(UInt8(ascii: "+")) }
            try skipDigits()
        }
    }

    private mutating func skipDigits() throws(Invalid) {
        guard let first = next, Byte.isDigit(first) else { throw Invalid() }
        while let byte = next, Byte.isDigit(byte) { position += 1 }
    }

    private mutating func parseString() throws(Invalid) -> String {
        position += 1
        var output: [UInt8] = []
        while let byte = next {
            position += 1
            switch byte {
            case Byte.doubleQuote: return String(decoding: output, as: UTF8.self)
            case 0..<0x20: throw Invalid()
            case Byte.backslash: output += try parseEscape()
            default: output.append(byte)
            }
        }
        throw Invalid()
    }

    private mutating func parseEscape() throws(Invalid) -> [UInt8] {
        guard let byte = next else { throw Invalid() }
        position += 1
        switch byte {
        case Byte.doubleQuote, Byte.backslash, Byte.slash: return [byte]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "n"): return [Byte.newline]
        case UInt8(ascii: "r"): return [Byte.carriageReturn]
        case UInt8(ascii: "t"): return [Byte.tab]
        case UInt8(ascii: "u"): break
        default: throw Invalid()
        }
        let first = try parseHexadecimal()
        guard (0xD800..<0xDC00).contains(first) else { return Self.utf8(first) }
        // A high surrogate counts only with the low one behind it.
        let resume = position
        if take(Byte.backslash), take(UInt8(ascii: "u")) {
            let second = try parseHexadecimal()
            if (0xDC00..<0xE000).contains(second) {
                return Self.utf8(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
            }
        }
        position = resume
        return Self.utf8(0xFFFD)
    }

    private mutating func parseHexadecimal() throws(Invalid) -> UInt32 {
        guard position + 4 <= end else { throw Invalid() }
        var value: UInt32 = 0
        for byte in bytes[position..<position + 4] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { throw Invalid() }
            value = value << 4 | UInt32(digit)
        }
        position += 4
        return value
    }

    private static func utf8(_ value: UInt32) -> [UInt8] {
        Array(String(Character(Unicode.Scalar(value) ?? "\u{FFFD}")).utf8)
    }
}
