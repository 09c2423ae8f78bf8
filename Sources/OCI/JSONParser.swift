extension JSONValue {
    /// The deepest nesting that `init(parsing:)` takes unless told otherwise. Image documents need six levels.
    public static let defaultMaximumDepth = 100

    /// Parses a whole JSON text (RFC 8259), in time linear in its length.
    ///
    /// Of a key that stands twice in one object the last value counts, and an escaped lone surrogate becomes U+FFFD, as
    /// in Go, which wrote most image documents. The caller limits the number of bytes.
    ///
    /// - Throws: `invalidJSON` with the byte offset, for anything else than one value with blanks around it, for text
    ///   that is not UTF-8 and for nesting deeper than `maximumDepth`.
    public init(parsing bytes: [UInt8], maximumDepth: Int = defaultMaximumDepth) throws(OCIError) {
        var parser = JSONParser(bytes: bytes, maximumDepth: maximumDepth)
        self = try parser.document()
    }

    /// Parses the UTF-8 bytes of `text`; see `init(parsing:maximumDepth:)`.
    public init(parsing text: String) throws(OCIError) {
        try self.init(parsing: Array(text.utf8))
    }
}

/// A recursive descent over bytes; recursion is bounded by `maximumDepth`.
private struct JSONParser {
    let bytes: [UInt8]
    let maximumDepth: Int
    var position = 0

    init(bytes: [UInt8], maximumDepth: Int) {
        self.bytes = bytes
        self.maximumDepth = maximumDepth
    }

    func failure(_ message: String) -> OCIError {
        OCIError(.invalidJSON, "invalid JSON at byte \(position): \(message)")
    }

    var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    mutating func skipBlanks() {
        while let byte = next, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 { position += 1 }
    }

    mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        position += 1
        return true
    }

    mutating func document() throws(OCIError) -> JSONValue {
        skipBlanks()
        let result = try value(depth: 0)
        skipBlanks()
        guard position == bytes.count else { throw failure("something follows the value") }
        return result
    }

    mutating func value(depth: Int) throws(OCIError) -> JSONValue {
        guard depth < maximumDepth else { throw failure("nested deeper than \(maximumDepth) levels") }
        switch next {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try literal("true", .bool(true))
        case UInt8(ascii: "f"): return try literal("false", .bool(false))
        case UInt8(ascii: "n"): return try literal("null", .null)
        case .some(let byte) where byte == UInt8(ascii: "-") || byte.isDigit: return try number()
        case nil: throw failure("the text ends where a value should stand")
        default: throw failure("a value should stand here")
        }
    }

    mutating func literal(_ word: StaticString, _ result: JSONValue) throws(OCIError) -> JSONValue {
        for byte in word.description.utf8 {
            guard take(byte) else { throw failure("\(word) should stand here") }
        }
        return result
    }

    mutating func object(depth: Int) throws(OCIError) -> JSONValue {
        position += 1
        var members: [String: JSONValue] = [:]
        skipBlanks()
        if take(UInt8(ascii: "}")) { return .object(members) }
        while true {
            skipBlanks()
            guard next == UInt8(ascii: "\"") else { throw failure("a key in double quotes should stand here") }
            let key = try string()
            skipBlanks()
            guard take(UInt8(ascii: ":")) else { throw failure("a colon should stand here") }
            skipBlanks()
            members[key] = try value(depth: depth + 1)
            skipBlanks()
            if take(UInt8(ascii: "}")) { return .object(members) }
            guard take(UInt8(ascii: ",")) else { throw failure("a comma or } should stand here") }
        }
    }

    mutating func array(depth: Int) throws(OCIError) -> JSONValue {
        position += 1
        var elements: [JSONValue] = []
        skipBlanks()
        if take(UInt8(ascii: "]")) { return .array(elements) }
        while true {
            skipBlanks()
            elements.append(try value(depth: depth + 1))
            skipBlanks()
            if take(UInt8(ascii: "]")) { return .array(elements) }
            guard take(UInt8(ascii: ",")) else { throw failure("a comma or ] should stand here") }
        }
    }

    mutating func number() throws(OCIError) -> JSONValue {
        let start = position
        var isInteger = true
        _ = take(UInt8(ascii: "-"))
        if take(UInt8(ascii: "0")) {
            if let byte = next, byte.isDigit { throw failure("a number may not start with 0") }
        } else {
            try digits()
        }
        if take(UInt8(ascii: ".")) {
            isInteger = false
            try digits()
        }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            isInteger = false
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            try digits()
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        // "-0" stays a spelling: as an integer it would lose its sign.
        if isInteger, text != "-0", let value = Int64(text) { return .integer(value) }
        return .number(text)
    }

    mutating func digits() throws(OCIError) {
        guard let byte = next, byte.isDigit else { throw failure("a digit should stand here") }
        while let byte = next, byte.isDigit { position += 1 }
    }

    mutating func string() throws(OCIError) -> String {
        position += 1
        var text: [UInt8] = []
        while true {
            let start = position
            while let byte = next, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 {
                position += 1
            }
            text.append(contentsOf: bytes[start..<position])
            switch next {
            case UInt8(ascii: "\""):
                position += 1
                guard let result = String(validating: text, as: UTF8.self) else {
                    throw failure("a string is not UTF-8")
                }
                return result
            case UInt8(ascii: "\\"):
                position += 1
                try escape(into: &text)
            case nil: throw failure("the text ends inside a string")
            default: throw failure("a control character stands in a string")
            }
        }
    }

    mutating func escape(into text: inout [UInt8]) throws(OCIError) {
        guard let byte = next else { throw failure("the text ends inside a string") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0c)
        case UInt8(ascii: "n"): text.append(0x0a)
        case UInt8(ascii: "r"): text.append(0x0d)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            var scalar = Unicode.Scalar(UInt32(try codeUnit()))
            if scalar == nil, let pair = try surrogatePair() { scalar = pair }
            text.append(contentsOf: String(Character(scalar ?? "\u{fffd}")).utf8)
        default: throw failure("an unknown escape stands in a string")
        }
    }

    mutating func codeUnit() throws(OCIError) -> UInt16 {
        guard bytes.count - position >= 4,
            bytes[position..<position + 4].allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
            let unit = UInt16(String(decoding: bytes[position..<position + 4], as: UTF8.self), radix: 16)
        else { throw failure("four hexadecimal digits should stand here") }
        position += 4
        return unit
    }

    /// The second half of a surrogate pair whose first half was just read; nil, with nothing consumed, when there is
    /// none.
    mutating func surrogatePair() throws(OCIError) -> Unicode.Scalar? {
        let afterFirst = position
        position -= 4
        let first = try codeUnit()
        if (0xd800..<0xdc00).contains(first), take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) {
            let second = try codeUnit()
            if (0xdc00..<0xe000).contains(second) {
                return Unicode.Scalar(0x10000 + (UInt32(first) - 0xd800) << 10 + (UInt32(second) - 0xdc00))
            }
        }
        position = afterFirst
        return nil
    }
}
