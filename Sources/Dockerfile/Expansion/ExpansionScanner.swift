/// Expands one text in a single pass from left to right.
///
/// Nesting and the size of the result are bounded, so that a hostile file can neither exhaust the stack nor, by
/// variables that double in each line, the memory.
struct ExpansionScanner {
    /// How deep `${a:-${b:-...}}` may nest.
    static let maximumDepth = 100
    /// The greatest number of bytes one expansion may produce.
    static let maximumOutput = 16 << 20

    private let text: [UInt8]
    private let escape: UInt8
    private let options: Expander.Options
    private let lookup: (String) -> String?
    private var position = 0
    private var depth = 0
    private var produced = 0
    private var keepsEscapes: Bool
    private var used: Set<String> = []
    private var undefined: Set<String> = []

    init(_ text: String, escape: EscapeToken, options: Expander.Options, lookup: @escaping (String) -> String?) {
        self.text = Array(text.utf8)
        self.escape = escape.byte
        self.options = options
        self.lookup = lookup
        keepsEscapes = options.keepsEscapes
    }

    /// Expands the whole text.
    mutating func run() throws(ExpansionError) -> Expansion {
        var words = WordCollector()
        let result = try scan(until: nil, words: &words)
        return Expansion(
            text: String(decoding: result, as: UTF8.self), words: words.finish(), used: used, undefined: undefined)
    }

    private var next: UInt8? { position < text.count ? text[position] : nil }

    /// Scans up to an unquoted `stop`, which is consumed, or to the end.
    private mutating func scan(until stop: UInt8?, words: inout WordCollector) throws(ExpansionError) -> [UInt8] {
        var result: [UInt8] = []
        while let byte = next {
            if byte == stop {
                position += 1
                return result
            }
            switch byte {
            case Byte.dollar:
                let value = try scanDollar()
                result += value
                words.add(value)
                try account(value.count)
            case Byte.less:
                let value = scanHeredocMarker()
                result += value
                words.addUnsplit(value)
            case Byte.singleQuote where !options.ignoresQuotes:
                let value = try scanSingleQuotes()
                result += value
                words.addUnsplit(value)
            case Byte.doubleQuote where !options.ignoresQuotes:
                let value = try scanDoubleQuotes()
                result += value
                words.addUnsplit(value)
            case escape:
                position += 1
                if keepsEscapes {
                    result.append(byte)
                    words.addUnsplit([byte])
                }
                // An escape token at the very end disappears.
                let scalar = takeScalar()
                result += scalar
                if !scalar.isEmpty { words.addUnsplit(scalar) }
            default:
                let scalar = takeScalar()
                result += scalar
                words.add(Array(scalar))
            }
        }
        guard let stop else { return result }
        let character = Character(Unicode.Scalar(stop))
        throw ExpansionError("unexpected end of statement while looking for matching \(character)")
    }

    /// The bytes of the scalar at the position, which moves past it; empty at the end.
    private mutating func takeScalar() -> ArraySlice<UInt8> {
        let start = position
        guard position < text.count else { return [] }
        position += 1
        while position < text.count, Byte.isUTF8Continuation(text[position]) { position += 1 }
        return text[start..<position]
    }

    private mutating func scanSingleQuotes() throws(ExpansionError) -> ArraySlice<UInt8> {
        let start = position
        guard let end = text[(start + 1)...].firstIndex(of: Byte.singleQuote) else {
            position = text.count
            throw ExpansionError("unexpected end of statement while looking for matching single-quote")
        }
        position = end + 1
        return options.keepsQuotes ? text[start...end] : text[(start + 1)..<end]
    }

    private mutating func scanDoubleQuotes() throws(ExpansionError) -> [UInt8] {
        var result: [UInt8] = []
        position += 1
        if options.keepsQuotes { result.append(Byte.doubleQuote) }
        while let byte = next {
            switch byte {
            case Byte.doubleQuote:
                position += 1
                if options.keepsQuotes { result.append(byte) }
                return result
            case Byte.dollar:
                let value = try scanDollar()
                result += value
                try account(value.count)
            case escape:
                position += 1
                if keepsEscapes { result.append(byte) }
                guard let escaped = next else { break }
                // Within double quotes only these can be escaped; any other escape token stays.
                if escaped == Byte.doubleQuote || escaped == Byte.dollar || escaped == escape {
                    position += 1
                    result.append(escaped)
                } else {
                    result.append(byte)
                }
            default:
                result.append(byte)
                position += 1
            }
        }
        throw ExpansionError("unexpected end of statement while looking for matching double-quote")
    }

    /// `<<` with the blanks behind it, so that a delimiter stays in the word of its `<<`; or a single `<`.
    private mutating func scanHeredocMarker() -> ArraySlice<UInt8> {
        let start = position
        position += 1
        guard next == Byte.less else { return text[start..<position] }
        position += 1
        while let byte = next, byte == Byte.space || byte == Byte.tab || byte == Byte.carriageReturn { position += 1 }
        return text[start..<position]
    }

    /// Counts the bytes that came from variables.
    private mutating func account(_ count: Int) throws(ExpansionError) {
        produced += count
        guard produced <= Self.maximumOutput else {
            throw ExpansionError("the expansion is longer than \(Self.maximumOutput >> 20) MiB")
        }
    }
}

// MARK: - Variables

extension ExpansionScanner {
    private mutating func value(of name: String) -> String? {
        guard let value = lookup(name) else {
            undefined.insert(name)
            return nil
        }
        used.insert(name)
        return value
    }

    /// Expands what starts with the `$` at the position.
    private mutating func scanDollar() throws(ExpansionError) -> [UInt8] {
        let start = position
        position += 1
        guard next == Byte.openBrace else {
            let name = scanName()
            if name.isEmpty { return [Byte.dollar] }
            if let value = value(of: name) { return Array(value.utf8) }
            return options.keepsUndefined ? Array(text[start..<position]) : []
        }
        position += 1
        guard let first = next else { throw ExpansionError("syntax error: missing '}'") }
        if first == Byte.openBrace || first == Byte.closeBrace || first == Byte.colon {
            throw ExpansionError("syntax error: bad substitution")
        }
        guard depth < Self.maximumDepth else {
            throw ExpansionError("substitutions are nested more than \(Self.maximumDepth) deep")
        }
        depth += 1
        defer { depth -= 1 }
        let name = scanName()
        let modifier = takeScalar()
        switch modifier.first {
        case Byte.closeBrace:
            if let value = value(of: name) { return Array(value.utf8) }
            return options.keepsUndefined ? Array("${\(name)}".utf8) : []
        case Byte.slash:
            return try scanReplacement(of: name)
        case Byte.colon:
            return try scanModifier(String(decoding: takeScalar(), as: UTF8.self), of: name, emptyIsUnset: true)
        case nil:
            throw ExpansionError("syntax error: missing '}'")
        default:
            return try scanModifier(String(decoding: modifier, as: UTF8.self), of: name, emptyIsUnset: false)
        }
    }

    /// `-`, `+`, `?`, `#` and `%` with the word behind them.
    private mutating func scanModifier(
        _ modifier: String, of name: String, emptyIsUnset: Bool
    ) throws(ExpansionError) -> [UInt8] {
        let isPattern = modifier == "#" || modifier == "%"
        let written = (emptyIsUnset ? ":" : "") + modifier
        guard ["-", "+", "?"].contains(modifier) || isPattern && !emptyIsUnset else {
            if modifier.isEmpty { throw ExpansionError("syntax error: missing '}'") }
            throw ExpansionError("unsupported modifier (\(written)) in substitution")
        }
        let word = try scanNested(until: Byte.closeBrace, keepingEscapes: isPattern, missing: "missing '}'")
        let value = value(of: name)
        if value == nil, options.keepsUndefined {
            return Array("${\(name)\(written)".utf8) + word + [Byte.closeBrace]
        }
        let isUnset = value == nil || emptyIsUnset && value == ""
        let bytes = value.map { Array($0.utf8) } ?? []
        switch modifier {
        case "-": return isUnset ? word : bytes
        case "+": return isUnset ? [] : word
        case "?":
            guard isUnset else { return bytes }
            let reason = value == nil ? "is not allowed to be unset" : "is not allowed to be empty"
            throw ExpansionError("\(name): \(word.isEmpty ? reason : String(decoding: word, as: UTF8.self))")
        default:
            var pattern = String(decoding: word, as: UTF8.self)
            let isGreedy = pattern.unicodeScalars.first == modifier.unicodeScalars.first
            if isGreedy { pattern.unicodeScalars.removeFirst() }
            let trimmed =
                try modifier == "#"
                ? ShellPattern(pattern).removingPrefix(from: value ?? "", longest: isGreedy)
                : ShellPattern(pattern).removingSuffix(from: value ?? "", longest: isGreedy)
            return Array(trimmed.utf8)
        }
    }

    /// `/pattern/replacement` and `//pattern/replacement`.
    private mutating func scanReplacement(of name: String) throws(ExpansionError) -> [UInt8] {
        let replacesAll = next == Byte.slash
        if replacesAll { position += 1 }
        let pattern = try scanNested(until: Byte.slash, keepingEscapes: true, missing: "missing '/' in ${}")
        let replacement = try scanNested(until: Byte.closeBrace, keepingEscapes: true, missing: "missing '}'")
        let value = value(of: name)
        if value == nil, options.keepsUndefined {
            return Array("${\(name)/".utf8) + pattern + [Byte.slash] + replacement + [Byte.closeBrace]
        }
        let result = try ShellPattern(String(decoding: pattern, as: UTF8.self)).replacing(
            in: value ?? "", with: String(decoding: replacement, as: UTF8.self), all: replacesAll,
            maximumLength: Self.maximumOutput)
        return Array(result.utf8)
    }

    private mutating func scanNested(
        until stop: UInt8, keepingEscapes: Bool, missing: String
    ) throws(ExpansionError) -> [UInt8] {
        let outer = keepsEscapes
        keepsEscapes = keepingEscapes
        defer { keepsEscapes = outer }
        var ignored = WordCollector()
        do {
            return try scan(until: stop, words: &ignored)
        } catch {
            // What stopped at the end of the text is an unclosed brace, whatever else it is.
            throw position >= text.count ? ExpansionError("syntax error: \(missing)") : error
        }
    }

    /// A name: letters, digits and `_`; only digits; or one of the shell's special parameters.
    private mutating func scanName() -> String {
        let start = position
        guard let first = next else { return "" }
        if namePart() == .digit {
            while namePart() == .digit { _ = takeScalar() }
        } else if "@*#?-$!".utf8.contains(first) {
            position += 1
        } else {
            while namePart() != nil { _ = takeScalar() }
        }
        return String(decoding: text[start..<position], as: UTF8.self)
    }

    private enum NamePart { case letter, digit }

    /// What the scalar at the position can be in a name; nil if it ends the name.
    private func namePart() -> NamePart? {
        guard let byte = next else { return nil }
        if byte < 0x80 {
            if Byte.isDigit(byte) { return .digit }
            return Byte.isLetter(byte) || byte == UInt8(ascii: "_") ? .letter : nil
        }
        let scalar = String(decoding: text[position..<min(position + 4, text.count)], as: UTF8.self).unicodeScalars
            .first
        switch scalar?.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: return .letter
        case .decimalNumber: return .digit
        default: return nil
        }
    }
}
