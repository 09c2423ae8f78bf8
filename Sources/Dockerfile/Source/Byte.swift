/// The bytes that the lexer looks for, by name.
enum Byte {
    static let tab = UInt8(ascii: "\t")
    static let newline = UInt8(ascii: "\n")
    static let carriageReturn = UInt8(ascii: "\r")
    static let space = UInt8(ascii: " ")
    static let hash = UInt8(ascii: "#")
    static let dollar = UInt8(ascii: "$")
    static let singleQuote = UInt8(ascii: "'")
    static let doubleQuote = UInt8(ascii: "\"")
    static let backslash = UInt8(ascii: "\\")
    static let minus = UInt8(ascii: "-")
    static let slash = UInt8(ascii: "/")
    static let equals = UInt8(ascii: "=")
    static let less = UInt8(ascii: "<")
    static let openBrace = UInt8(ascii: "{")
    static let closeBrace = UInt8(ascii: "}")
    static let openBracket = UInt8(ascii: "[")
    static let closeBracket = UInt8(ascii: "]")
    static let colon = UInt8(ascii: ":")
    static let star = UInt8(ascii: "*")
    static let question = UInt8(ascii: "?")
    static let comma = UInt8(ascii: ",")

    static func isLineEnding(_ byte: UInt8) -> Bool { byte == newline || byte == carriageReturn }
    static func isUTF8Continuation(_ byte: UInt8) -> Bool { byte & 0xC0 == 0x80 }
    static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }
    static func isLetter(_ byte: UInt8) -> Bool {
        (byte | 0x20) >= UInt8(ascii: "a") && (byte | 0x20) <= UInt8(ascii: "z")
    }

    static func isCapital(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") }

    /// The blanks between an instruction's name and its arguments: `[\t\v\f\r ]`.
    static func isBlank(_ byte: UInt8) -> Bool {
        byte == space || byte == tab || byte == 0x0B || byte == 0x0C || byte == carriageReturn
    }

    /// The length in bytes of the white space (Go's `unicode.IsSpace`) that starts at `index`; 0 if there is none.
    @inline(__always)
    static func whitespaceLength(_ bytes: [UInt8], at index: Int) -> Int {
        let byte = bytes[index]
        guard byte < 0x80 else { return wideWhitespaceLength(bytes, at: index) }
        return isBlank(byte) || byte == newline ? 1 : 0
    }

    /// The length of the white space that starts at `index` with a byte that is not ASCII.
    private static func wideWhitespaceLength(_ bytes: [UInt8], at index: Int) -> Int {
        let byte = bytes[index]
        let next = index + 1 < bytes.count ? bytes[index + 1] : 0
        if byte == 0xC2 { return next == 0x85 || next == 0xA0 ? 2 : 0 }
        guard byte == 0xE1 || byte == 0xE2 || byte == 0xE3, index + 2 < bytes.count else { return 0 }
        let scalar = UInt32(byte & 0x0F) << 12 | UInt32(next & 0x3F) << 6 | UInt32(bytes[index + 2] & 0x3F)
        switch scalar {
        case 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: return 3
        default: return 0
        }
    }

    /// The range without white space at its start.
    static func trimmedAtStart(_ bytes: [UInt8], _ range: Range<Int>) -> Range<Int> {
        var start = range.lowerBound
        while start < range.upperBound {
            let length = whitespaceLength(bytes, at: start)
            guard length > 0 else { break }
            start += length
        }
        return min(start, range.upperBound)..<range.upperBound
    }

    /// The range without white space at its ends.
    static func trimmed(_ bytes: [UInt8], _ range: Range<Int>) -> Range<Int> {
        let start = trimmedAtStart(bytes, range).lowerBound
        var end = range.upperBound
        while end > start {
            var last = end - 1
            while last > start, isUTF8Continuation(bytes[last]) { last -= 1 }
            guard whitespaceLength(bytes, at: last) == end - last else { break }
            end = last
        }
        return start..<end
    }

    /// The line without white space at its start.
    static func droppingLeadingWhitespace(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        // White space that is not ASCII needs the bytes behind it, so the check goes through an array of the start.
        var rest = line
        while let first = rest.first {
            let length = first < 0x80 ? (isBlank(first) ? 1 : 0) : whitespaceLength(Array(rest.prefix(3)), at: 0)
            guard length > 0 else { break }
            rest = rest.dropFirst(length)
        }
        return rest
    }
}
