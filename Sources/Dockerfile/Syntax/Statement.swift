/// A logical line cut into keyword, flags and arguments. It has many parts and is passed on many times, so that copying
/// it would be much of the time that parsing takes; that is why it cannot be copied.
struct Statement: ~Copyable {
    let line: LogicalLine
    let escape: EscapeToken
    /// All of it, from the keyword on.
    let range: Range<Int>
    /// The keyword as written.
    let keyword: Word
    /// The keyword in capitals.
    let name: String
    let flags: [FlagReader.Flag]
    /// What follows the flags, without blanks at its ends.
    let arguments: Range<Int>
    /// The bytes that all ranges refer to; there may be others before and behind the statement.
    let bytes: [UInt8]

    var source: SourceFile { line.source }

    /// Cuts a stretch of a logical line.
    init(_ line: LogicalLine, _ stretch: Range<Int>, escape: EscapeToken) {
        let bytes = line.bytes
        let range = Byte.trimmed(bytes, stretch)
        var end = range.lowerBound
        while end < range.upperBound, !Byte.isBlank(bytes[end]) { end += 1 }
        let keywordRange = range.lowerBound..<end
        let keyword = line.text(keywordRange)
        var reader = FlagReader(bytes, end..<range.upperBound, escape: escape)
        var flags: [FlagReader.Flag] = []
        while let flag = reader.next() { flags.append(flag) }
        self.line = line
        self.bytes = bytes
        self.escape = escape
        self.range = range
        self.keyword = Word(raw: keyword, range: line.sourceRange(of: keywordRange))
        self.flags = flags
        name = bytes[keywordRange].allSatisfy(Byte.isCapital) ? keyword : keyword.uppercased()
        arguments = Byte.trimmed(bytes, reader.position..<range.upperBound)
    }

    /// The text of a stretch as a word.
    func word(_ range: Range<Int>) -> Word {
        Word(raw: line.text(range), range: sourceRange(range))
    }

    /// The place of a stretch in the file.
    func sourceRange(_ range: Range<Int>) -> SourceRange {
        line.sourceRange(of: range)
    }

    /// An error about a stretch, or about the whole statement.
    func error(
        _ code: Diagnostic.Code, _ message: String, help: String? = nil, at place: Range<Int>? = nil
    ) -> DockerfileError {
        DockerfileError(code, message, help: help, at: sourceRange(place ?? range), in: source)
    }
}
