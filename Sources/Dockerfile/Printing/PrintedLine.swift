/// An instruction's line while it is printed: it collects words and breaks them into physical lines that the parser
/// joins to the same text.
struct PrintedLine {
    /// The width from which on an instruction is broken where that is possible.
    static let width = 100
    private static let indentation = "    "

    /// What stands between a word and the one before it.
    private enum Separator {
        /// Blanks; a new line may begin here if the instruction is long.
        case free
        /// This text.
        case fixed(String)
    }

    private let escape: EscapeToken
    private var parts: [(separator: Separator, text: String)]
    /// Whether the last part is text whose blanks count, so that it can only be broken inside its own blanks.
    private var endsVerbatim = false
    private var hasArguments = false

    init(keyword: String, escape: EscapeToken) {
        self.escape = escape
        parts = [(.fixed(""), keyword)]
    }

    /// Adds `--name=value`; nothing if there is no value.
    mutating func add(flag name: String, _ value: Word?) {
        if let value { add(flag: name, value.raw) }
    }

    /// Adds `--name=value`.
    mutating func add(flag name: String, _ value: String) {
        parts.append((.free, "--\(name)=\(quoted(value))"))
    }

    /// Adds `--name`, or `--name=false`.
    mutating func add(switch name: String, _ value: Bool = true) {
        parts.append((.free, "--\(name)" + (value ? "" : "=false")))
    }

    /// Adds words that contain no blanks; those at the places in `heredocs` are `<<EOF`.
    mutating func add(words: [String], heredocs: Set<Int> = []) {
        // A vertical tab separates words like a blank, but stands in no JSON.
        let text = Array(words.joined(separator: " ").utf8)
        var isJSON = true
        if case .notAnArray = JSONArrayParser.parse(text, 0..<text.count) { isJSON = false }
        for (index, word) in words.enumerated() {
            // `<<` and a blank take the next word as delimiter, which makes a heredoc unless that begins with `<<` too.
            let opens = word.utf8.drop(while: Byte.isDigit).starts(with: "<<".utf8)
            let previous = Array(words[max(index - 1, 0)].utf8)
            let isHeredoc = heredocs.contains(index)
            let needsTab = index > 0 && previous.suffix(2).elementsEqual("<<".utf8) && (isHeredoc || !opens)
            let blank = isJSON || needsTab ? "\u{B}" : " "
            // A backslash takes the blank behind it into its word, so a heredoc needs another.
            let isEscaped = !previous.reversed().prefix { $0 == Byte.backslash }.count.isMultiple(of: 2)
            add(argument: word, after: .fixed(index > 0 && isHeredoc && isEscaped ? blank + blank : blank))
        }
    }

    /// Adds words of which each may stand on a line of its own.
    mutating func add(items: [String]) {
        for item in items { add(argument: item, after: .free) }
        // Blanks at the end of a line are dropped, but for an escape behind them, which then is dropped itself.
        let bytes = Array((items.last ?? "").utf8)
        if Byte.trimmed(bytes, 0..<bytes.count).upperBound < bytes.count {
            parts[parts.count - 1].text.unicodeScalars.append(UnicodeScalar(escape.byte))
        }
    }

    /// Adds text as it is; it must be the last thing that is added.
    mutating func add(verbatim text: String) {
        guard !text.isEmpty else { return }
        add(argument: text, after: parts.count > 1 ? .free : .fixed(" "))
        endsVerbatim = true
    }

    private mutating func add(argument: String, after separator: Separator) {
        // What begins like a flag is none behind `--`.
        if !hasArguments, argument.utf8.starts(with: "--".utf8) { parts.append((.fixed(" "), "--")) }
        hasArguments = true
        // A line that begins with `#` would be a comment.
        let isComment = argument.utf8.first == Byte.hash
        if isComment, case .free = separator {
            parts.append((.fixed(" "), argument))
        } else {
            parts.append((separator, argument))
        }
    }

    /// The value of a flag with the quotes or escapes it needs.
    private func quoted(_ value: String) -> String {
        let bytes = Array(value.utf8)
        let hasBlanks = bytes.indices.contains { Byte.whitespaceLength(bytes, at: $0) > 0 }
        var result: [UInt8] = []
        for byte in bytes {
            if byte == escape.byte || byte == Byte.doubleQuote || byte == Byte.singleQuote && !hasBlanks {
                result.append(escape.byte)
            }
            result.append(byte)
        }
        let text = String(decoding: result, as: UTF8.self)
        return hasBlanks ? "\"\(text)\"" : text
    }

    /// The physical lines, without a newline at the end.
    func text() -> String {
        let length = parts.reduce(0) { $0 + $1.text.utf8.count + 1 }
        let isLong = length > Self.width
        var lines: [[UInt8]] = [[]]
        for (index, part) in parts.enumerated() {
            switch part.separator {
            case .fixed(let separator): lines[lines.count - 1] += separator.utf8
            case .free where isLong && (index > 1 || part.text.utf8.count > Self.width):
                lines.append(Array(Self.indentation.utf8))
            case .free: lines[lines.count - 1].append(Byte.space)
            }
            guard endsVerbatim, index == parts.count - 1 else {
                lines[lines.count - 1] += part.text.utf8
                continue
            }
            let pieces = LineBreaker.piecesBetweenBlanks(part.text)
            lines[lines.count - 1] += pieces[0]
            lines += pieces.dropFirst().map(Array.init)
        }
        return LineBreaker(escape: escape.byte).join(lines)
    }
}
