extension TOMLParser {
    /// A string of any of the four kinds; nil where none begins.
    mutating func string() throws(TOMLError) -> String? {
        switch next {
        case UInt8(ascii: "\"")?:
            return try begins(with: "\"\"\"") ? multilineString(quote: UInt8(ascii: "\"")) : basicString()
        case UInt8(ascii: "'")?:
            return try begins(with: "'''") ? multilineString(quote: UInt8(ascii: "'")) : literalString()
        default: return nil
        }
    }

    private func begins(with text: StaticString) -> Bool {
        bytes[position...].starts(with: Array("\(text)".utf8))
    }

    /// `"…"`
    mutating func basicString() throws(TOMLError) -> String {
        position += 1
        var result: [UInt8] = []
        while let byte = next {
            guard !byte.isForbiddenControl else {
                throw failure("a string without an end, or with a control character")
            }
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: result, as: UTF8.self)
            case UInt8(ascii: "\\"): result += try escape()
            default: result.append(byte)
            }
        }
        throw failure("a string without an end")
    }

    /// `'…'`
    mutating func literalString() throws(TOMLError) -> String {
        position += 1
        let start = position
        while let byte = next {
            guard !byte.isForbiddenControl else {
                throw failure("a string without an end, or with a control character")
            }
            position += 1
            if byte == UInt8(ascii: "'") { return String(decoding: bytes[start..<position - 1], as: UTF8.self) }
        }
        throw failure("a string without an end")
    }

    /// A string in three quotes of a kind, of which up to two may stand before the closing ones.
    private mutating func multilineString(quote: UInt8) throws(TOMLError) -> String {
        position += 3
        _ = try takeLineBreak()
        var result: [UInt8] = []
        while let byte = next {
            if byte == quote {
                var count = 0
                while count < 5, take(quote) { count += 1 }
                result += [UInt8](repeating: quote, count: count < 3 ? count : count - 3)
                if count >= 3 { return String(decoding: result, as: UTF8.self) }
            } else if byte == 0x0a || byte == 0x0d {
                _ = try takeLineBreak()
                result.append(0x0a)
            } else if byte.isForbiddenControl {
                throw failure("a control character in a string")
            } else if byte == UInt8(ascii: "\\"), quote == UInt8(ascii: "\"") {
                position += 1
                if try !skipLineEnd() { result += try escape() }
            } else {
                position += 1
                result.append(byte)
            }
        }
        throw failure("a string without an end")
    }

    /// After a backslash: skips a line's end and all blanks and line breaks after it.
    private mutating func skipLineEnd() throws(TOMLError) -> Bool {
        let start = position
        skipBlanks()
        guard try takeLineBreak() else {
            position = start
            return false
        }
        repeat { skipBlanks() } while try takeLineBreak()
        return true
    }

    /// After a backslash: the character that is meant.
    private mutating func escape() throws(TOMLError) -> [UInt8] {
        guard let byte = next else { throw failure("a string without an end") }
        position += 1
        switch byte {
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "n"): return [0x0a]
        case UInt8(ascii: "f"): return [0x0c]
        case UInt8(ascii: "r"): return [0x0d]
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): return [byte]
        case UInt8(ascii: "u"), UInt8(ascii: "U"):
            let digits = bytes[position...].prefix(byte == UInt8(ascii: "u") ? 4 : 8)
            guard digits.count == (byte == UInt8(ascii: "u") ? 4 : 8), digits.allSatisfy(\.isHexadecimalDigit),
                let code = UInt32(String(decoding: digits, as: UTF8.self), radix: 16), let scalar = Unicode.Scalar(code)
            else { throw failure("an escape that is no Unicode character") }
            position += digits.count
            return Array(String(Character(scalar)).utf8)
        default:
            position -= 1
            throw failure("an unknown escape in a string; literal strings are in single quotes")
        }
    }
}

extension UInt8 {
    var isHexadecimalDigit: Bool {
        isDecimalDigit || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(self)
            || (UInt8(ascii: "A")...UInt8(ascii: "F")).contains(self)
    }
}
