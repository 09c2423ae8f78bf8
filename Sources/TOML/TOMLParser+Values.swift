extension TOMLParser {
    mutating func value(depth: Int) throws(TOMLError) -> TOMLValue {
        guard depth < Self.maximumDepth else { throw failure("values are nested too deep") }
        if let string = try string() { return .string(string) }
        switch next {
        case UInt8(ascii: "[")?: return .array(try array(depth: depth))
        case UInt8(ascii: "{")?: return .table(try inlineTable(depth: depth))
        default: return try scalar()
        }
    }

    private mutating func array(depth: Int) throws(TOMLError) -> [TOMLValue] {
        position += 1
        var elements: [TOMLValue] = []
        while true {
            try skipEmptyLines()
            if take(UInt8(ascii: "]")) { return elements }
            elements.append(try value(depth: depth + 1))
            try skipEmptyLines()
            if take(UInt8(ascii: "]")) { return elements }
            guard take(UInt8(ascii: ",")) else { throw failure("\",\" or \"]\" expected in an array") }
        }
    }

    private mutating func inlineTable(depth: Int) throws(TOMLError) -> TOMLTable {
        let start = line
        position += 1
        let node = TOMLTableNode(.inline, line: start)
        skipBlanks()
        if take(UInt8(ascii: "}")) { return node.table }
        while true {
            let (path, value) = try pair(depth: depth + 1)
            do { try node.set(path, to: value, line: line) } catch {
                throw failure("\"\(error.key)\" is defined twice")
            }
            skipBlanks()
            if take(UInt8(ascii: "}")) { return node.table }
            guard take(UInt8(ascii: ",")) else { throw failure("\",\" or \"}\" expected in a table") }
        }
    }

    // MARK: Numbers and the like

    private mutating func scalar() throws(TOMLError) -> TOMLValue {
        let start = position
        while let byte = next, byte.isScalar { position += 1 }
        // A date and a time may be separated by a blank.
        if position - start == 10, next == 0x20, position + 1 < bytes.count, bytes[position + 1].isDecimalDigit,
            bytes[start + 4] == UInt8(ascii: "-")
        {
            position += 1
            while let byte = next, byte.isScalar { position += 1 }
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if let value = Self.scalar(text) { return value }
        position = start
        throw failure(text.isEmpty ? "a value expected" : "\"\(text)\" is no value; strings are in quotes")
    }

    private static func scalar(_ text: String) -> TOMLValue? {
        switch text {
        case "true": return .boolean(true)
        case "false": return .boolean(false)
        case "inf", "+inf": return .float(.infinity)
        case "-inf": return .float(-.infinity)
        case "nan", "+nan", "-nan": return .float(.nan)
        default: break
        }
        for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] where text.hasPrefix(prefix) {
            let digits = Array(text.utf8.dropFirst(2))
            guard separated(digits, \.isHexadecimalDigit) else { return nil }
            return Int64(text.dropFirst(2).filter { $0 != "_" }, radix: radix).map { .integer($0) }
        }
        if isDateTime(Array(text.utf8)) { return .dateTime(text) }
        return number(text)
    }

    private static func number(_ text: String) -> TOMLValue? {
        var rest = Array(text.utf8)[...]
        if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
        let exponent = rest.firstIndex { $0 == UInt8(ascii: "e") || $0 == UInt8(ascii: "E") }
        let mantissa = rest[..<(exponent ?? rest.endIndex)]
        let point = mantissa.firstIndex(of: UInt8(ascii: "."))
        let whole = mantissa[..<(point ?? mantissa.endIndex)]
        guard separated(Array(whole), \.isDecimalDigit), whole.count == 1 || whole.first != UInt8(ascii: "0") else {
            return nil
        }
        let plain = text.filter { $0 != "_" }
        if exponent == nil, point == nil { return Int64(plain).map { .integer($0) } }
        if let point {
            guard separated(Array(mantissa[(point + 1)...]), \.isDecimalDigit) else { return nil }
        }
        if let exponent {
            var digits = rest[(exponent + 1)...]
            if digits.first == UInt8(ascii: "+") || digits.first == UInt8(ascii: "-") { digits = digits.dropFirst() }
            guard separated(Array(digits), \.isDecimalDigit) else { return nil }
        }
        return Double(plain).map { .float($0) }
    }

    /// Whether these are digits, with single underscores between some of them.
    private static func separated(_ bytes: [UInt8], _ isDigit: (UInt8) -> Bool) -> Bool {
        bytes.split(separator: UInt8(ascii: "_"), omittingEmptySubsequences: false).allSatisfy {
            !$0.isEmpty && $0.allSatisfy(isDigit)
        }
    }

    /// Whether this is a date, a time, or both with or without an offset (RFC 3339).
    private static func isDateTime(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        func take(_ pattern: StaticString) -> Bool {
            let pattern = Array("\(pattern)".utf8)
            guard rest.count >= pattern.count,
                zip(rest, pattern).allSatisfy({ $1 == UInt8(ascii: "0") ? $0.isDecimalDigit : $0 == $1 })
            else { return false }
            rest = rest.dropFirst(pattern.count)
            return true
        }
        let hasDate = take("0000-00-00")
        if hasDate {
            if rest.isEmpty { return true }
            guard let separator = rest.first, "Tt ".utf8.contains(separator) else { return false }
            rest = rest.dropFirst()
        }
        guard take("00:00:00") else { return false }
        if take(".0") { rest = rest.drop(while: \.isDecimalDigit) }
        if rest.isEmpty { return true }
        guard hasDate else { return false }
        if rest.count == 1, rest.first == UInt8(ascii: "Z") || rest.first == UInt8(ascii: "z") { return true }
        return (take("+00:00") || take("-00:00")) && rest.isEmpty
    }
}

extension UInt8 {
    /// Whether numbers, dates and truth values may hold it.
    fileprivate var isScalar: Bool {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"):
            true
        default: "+-_.:".utf8.contains(self)
        }
    }
}
