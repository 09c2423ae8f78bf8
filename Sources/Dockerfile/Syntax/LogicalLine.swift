/// One instruction's text on one line: continuation lines joined, with a map back to the file.
struct LogicalLine {
    /// Where a stretch of `bytes` came from.
    private struct Piece {
        var start: Int
        var sourceStart: Int
        var line: Int
    }

    let source: SourceFile
    /// What `range` refers to: the bytes of the file as long as one physical line is all, which saves a copy; else the
    /// joined text.
    private(set) var bytes: [UInt8]
    /// Where the text is.
    private(set) var range: Range<Int>
    /// The first physical line, counted from 0.
    private let firstLine: Int
    /// The pieces that were joined; none if one physical line is all.
    private var pieces: [Piece] = []

    /// Makes a line of what a physical line contributes.
    init(_ text: Range<Int>, ofLine line: Int, in source: SourceFile) {
        self.source = source
        bytes = source.bytes
        range = text
        firstLine = line
    }

    /// Adds what a further physical line contributes.
    mutating func append(_ text: Range<Int>, ofLine line: Int) {
        guard !text.isEmpty else { return }
        if pieces.isEmpty {
            pieces = [Piece(start: 0, sourceStart: range.lowerBound, line: firstLine)]
            var joined: [UInt8] = []
            joined.reserveCapacity(2 * (range.count + text.count))
            joined += bytes[range]
            bytes = joined
        }
        pieces.append(Piece(start: bytes.count, sourceStart: text.lowerBound, line: line))
        bytes += source.bytes[text]
        range = 0..<bytes.count
    }

    /// The place in the file of a byte of the text.
    private func sourceLocation(of offset: Int, isEnd: Bool = false) -> SourceLocation {
        // The end of a range belongs to the last byte inside, not to the line that the next byte came from.
        let place = isEnd ? offset - 1 : offset
        guard !pieces.isEmpty else { return source.location(at: offset, inLine: firstLine) }
        var low = 0
        var high = pieces.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if pieces[middle].start <= place { low = middle } else { high = middle }
        }
        let piece = pieces[low]
        return source.location(at: piece.sourceStart + (offset - piece.start), inLine: piece.line)
    }

    /// The range in the file of a stretch of the text.
    func sourceRange(of range: Range<Int>) -> SourceRange {
        let start = sourceLocation(of: range.lowerBound)
        return SourceRange(start: start, end: range.isEmpty ? start : sourceLocation(of: range.upperBound, isEnd: true))
    }

    /// The text of a stretch.
    func text(_ range: Range<Int>) -> String {
        String(decoding: bytes[range], as: UTF8.self)
    }
}
