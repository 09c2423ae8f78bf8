/// Reads a document line by line; recursion is bounded by `maximumDepth`.
struct TOMLParser {
    let bytes: [UInt8]
    var position = 0
    var line = 1

    /// The deepest nesting of arrays, inline tables and names.
    static let maximumDepth = 64

    init(bytes: [UInt8]) { self.bytes = bytes }

    var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    func failure(_ message: String) -> TOMLError {
        TOMLError(line: line, message: message, text: text(ofLine: line))
    }

    mutating func document() throws(TOMLError) -> TOMLTable {
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw TOMLError(line: 1, message: "the text is not UTF-8", text: "")
        }
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
        let root = TOMLTableNode(.header, line: 1)
        var table = root
        while true {
            try skipEmptyLines()
            guard let byte = next else { return root.table }
            let start = line
            if byte == UInt8(ascii: "[") {
                let (path, isElement) = try readHeader()
                do { table = try root.define(path, isElement: isElement, line: start) } catch {
                    throw twice(error.key, start)
                }
            } else {
                let (path, value) = try pair(depth: 0)
                do { try table.set(path, to: value, line: start) } catch { throw twice(error.key, start) }
            }
            try endLine()
        }
    }

    private func twice(_ key: String, _ line: Int) -> TOMLError {
        TOMLError(line: line, message: "\"\(key)\" is defined twice", text: text(ofLine: line))
    }

    private func text(ofLine number: Int) -> String {
        let lines = bytes.split(separator: 0x0a, omittingEmptySubsequences: false)
        guard lines.indices.contains(number - 1) else { return "" }
        let text = String(decoding: lines[number - 1].prefix(200), as: UTF8.self)
        return String(
            String.UnicodeScalarView(text.unicodeScalars.filter { $0.properties.generalCategory != .control }))
    }

    private mutating func readHeader() throws(TOMLError) -> (path: [String], isElement: Bool) {
        position += 1
        let isElement = take(UInt8(ascii: "["))
        let path = try key()
        guard take(UInt8(ascii: "]")), !isElement || take(UInt8(ascii: "]")) else {
            throw failure("\(isElement ? "\"]]\"" : "\"]\"") expected")
        }
        return (path, isElement)
    }

    /// `key = value`
    mutating func pair(depth: Int) throws(TOMLError) -> (path: [String], value: TOMLValue) {
        let path = try key()
        guard take(UInt8(ascii: "=")) else { throw failure("\"=\" expected after the key") }
        skipBlanks()
        return (path, try value(depth: depth + path.count - 1))
    }

    /// A key, dotted or not, and the blanks around it.
    private mutating func key() throws(TOMLError) -> [String] {
        var path: [String] = []
        repeat {
            skipBlanks()
            switch next {
            case UInt8(ascii: "\"")?: path.append(try basicString())
            case UInt8(ascii: "'")?: path.append(try literalString())
            default:
                let start = position
                while let byte = next, byte.isBareKey { position += 1 }
                guard position > start else { throw failure("a key expected") }
                path.append(String(decoding: bytes[start..<position], as: UTF8.self))
            }
            guard path.count <= Self.maximumDepth else { throw failure("the name has too many parts") }
            skipBlanks()
        } while take(UInt8(ascii: "."))
        return path
    }

    // MARK: Blanks and lines

    mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        position += 1
        return true
    }

    mutating func skipBlanks() {
        while let byte = next, byte == 0x20 || byte == 0x09 { position += 1 }
    }

    /// Skips blanks, comments and line breaks.
    mutating func skipEmptyLines() throws(TOMLError) {
        repeat {
            skipBlanks()
            try skipComment()
        } while try takeLineBreak()
    }

    private mutating func endLine() throws(TOMLError) {
        skipBlanks()
        try skipComment()
        guard try takeLineBreak() || next == nil else {
            throw failure("something follows the end of the line's contents")
        }
    }

    private mutating func skipComment() throws(TOMLError) {
        guard next == UInt8(ascii: "#") else { return }
        while let byte = next, byte != 0x0a {
            if byte == 0x0d, position + 1 < bytes.count, bytes[position + 1] == 0x0a { return }
            guard !byte.isForbiddenControl else { throw failure("a control character in a comment") }
            position += 1
        }
    }

    mutating func takeLineBreak() throws(TOMLError) -> Bool {
        if next == 0x0d {
            guard position + 1 < bytes.count, bytes[position + 1] == 0x0a else {
                throw failure("a carriage return without a line feed")
            }
            position += 1
        }
        guard take(0x0a) else { return false }
        line += 1
        return true
    }
}

extension UInt8 {
    var isDecimalDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }

    fileprivate var isBareKey: Bool {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    /// Whether neither strings nor comments may hold it.
    var isForbiddenControl: Bool { (self < 0x20 && self != 0x09) || self == 0x7f }
}
