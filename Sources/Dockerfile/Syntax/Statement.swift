/// A logical line cut into keyword, flags and arguments.
struct Statement {
    /// A word that starts with `--`, quotes and escapes removed.
    struct Flag {
        /// The text before `=`, with the dashes.
        var name: String
        /// The text behind `=`; nil without `=`.
        var value: String?
        /// The whole word.
        var range: Range<Int>
        /// What stands behind `=`.
        var valueRange: Range<Int>
    }

    let line: LogicalLine
    let source: SourceFile
    let escape: EscapeToken
    /// All of it, from the keyword on.
    let range: Range<Int>
    /// The keyword as written.
    let keyword: Word
    private(set) var flags: [Flag] = []
    /// What follows the flags, without blanks at its ends.
    private(set) var arguments: Range<Int>

    /// The keyword in capitals.
    let name: String

    /// The bytes that all ranges refer to.
    var bytes: [UInt8] { line.bytes }

    /// Cuts a stretch of a logical line.
    init(_ line: LogicalLine, _ range: Range<Int>, source: SourceFile, escape: EscapeToken) {
        self.line = line
        self.source = source
        self.escape = escape
        let trimmed = Byte.trimmed(line.bytes, range)
        self.range = trimmed
        var end = trimmed.lowerBound
        while end < trimmed.upperBound, !Byte.isBlank(line.bytes[end]) { end += 1 }
        let keywordRange = trimmed.lowerBound..<end
        keyword = Word(raw: line.text(keywordRange), range: line.sourceRange(of: keywordRange, in: source))
        name = keyword.raw.uppercased()
        arguments = end..<trimmed.upperBound
        let rest = takeFlags(from: end, to: trimmed.upperBound)
        arguments = Byte.trimmed(line.bytes, rest..<trimmed.upperBound)
    }

    /// The text of a stretch as a word.
    func word(_ range: Range<Int>) -> Word {
        Word(raw: line.text(range), range: sourceRange(range))
    }

    /// The place of a stretch in the file.
    func sourceRange(_ range: Range<Int>) -> SourceRange {
        line.sourceRange(of: range, in: source)
    }

    /// An error about a stretch, or about the whole statement.
    func error(
        _ code: Diagnostic.Code, _ message: String, help: String? = nil, at place: Range<Int>? = nil
    ) -> DockerfileError {
        DockerfileError(code, message, help: help, at: sourceRange(place ?? range), in: source)
    }

    /// Reads flags up to the first other word or behind `--`; returns where the arguments start.
    private mutating func takeFlags(from start: Int, to end: Int) -> Int {
        var position = start
        while true {
            position = skipWhitespace(from: position, to: end)
            guard position + 1 < end, bytes[position] == Byte.minus, bytes[position + 1] == Byte.minus else {
                return position
            }
            let (flag, next) = readFlag(from: position, to: end)
            position = next
            if flag.name == "--", flag.value == nil { return position }
            flags.append(flag)
        }
    }

    private func skipWhitespace(from start: Int, to end: Int) -> Int {
        var position = start
        while position < end {
            let length = Byte.whitespaceLength(bytes, at: position)
            guard length > 0 else { break }
            position += length
        }
        return position
    }

    private func readFlag(from start: Int, to end: Int) -> (Flag, next: Int) {
        var position = start
        var quote: UInt8?
        var text: [UInt8] = []
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
            if byte == escape.byte {
                guard position < end else { break }
                byte = bytes[position]
                position += 1
            }
            text.append(byte)
            if byte == Byte.equals, value == nil { value = (text.count, position) }
        }
        let flag = Flag(
            name: String(decoding: text[..<(value.map { $0.offset - 1 } ?? text.count)], as: UTF8.self),
            value: value.map { String(decoding: text[$0.offset...], as: UTF8.self) },
            range: start..<position,
            valueRange: (value?.position ?? position)..<position)
        return (flag, position)
    }
}
