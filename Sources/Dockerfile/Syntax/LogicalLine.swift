/// One instruction's text on one line: continuation lines joined, with a map back to the file.
struct LogicalLine {
    /// Where a stretch of `bytes` came from.
    private struct Piece {
        var start: Int
        var sourceStart: Int
    }

    /// The joined text.
    private(set) var bytes: [UInt8] = []
    private var pieces: [Piece] = []

    /// Adds what a physical line contributes.
    mutating func append(_ text: ArraySlice<UInt8>) {
        guard !text.isEmpty || pieces.isEmpty else { return }
        pieces.append(Piece(start: bytes.count, sourceStart: text.startIndex))
        bytes += text
    }

    /// The place in the file of a byte of the joined text.
    private func sourceOffset(of offset: Int) -> Int {
        var low = 0
        var high = pieces.count
        guard high > 0 else { return 0 }
        while high - low > 1 {
            let middle = (low + high) / 2
            if pieces[middle].start <= offset { low = middle } else { high = middle }
        }
        return pieces[low].sourceStart + (offset - pieces[low].start)
    }

    /// The range in the file of a stretch of the joined text.
    func sourceRange(of range: Range<Int>, in source: SourceFile) -> SourceRange {
        let start = sourceOffset(of: range.lowerBound)
        // The end belongs to the last byte inside, not to the line that the next byte came from.
        let end = range.isEmpty ? start : sourceOffset(of: range.upperBound - 1) + 1
        return source.range(start..<max(start, end))
    }

    /// The text of a stretch.
    func text(_ range: Range<Int>) -> String {
        String(decoding: bytes[range], as: UTF8.self)
    }
}
