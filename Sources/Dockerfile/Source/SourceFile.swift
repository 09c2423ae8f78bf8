/// The text of a Dockerfile (or of an `ONBUILD` trigger) with a table of its lines, so that any byte offset can be
/// named as line and column.
public struct SourceFile: Sendable, Hashable {
    /// One object for all parts, because every statement and every diagnostic carries a source file.
    private final class Storage: Sendable {
        let name: String
        let bytes: [UInt8]
        /// The byte offset at which each line starts.
        let lineStarts: [Int]
        /// How many bytes before each block of `blockSize` continue a scalar; empty if the text is ASCII. Without this
        /// a long line with many words would be counted through for each word.
        let continuationCounts: [Int]

        init(name: String, bytes: [UInt8]) {
            var starts = [0]
            for offset in bytes.indices where bytes[offset] == Byte.newline { starts.append(offset + 1) }
            self.name = name
            self.bytes = bytes
            lineStarts = starts
            let isASCII = bytes.reduce(0, |) < 0x80
            continuationCounts = isASCII ? [] : Self.continuationCounts(bytes)
        }

        private static func continuationCounts(_ bytes: [UInt8]) -> [Int] {
            var counts: [Int] = []
            var count = 0
            for (offset, byte) in bytes.enumerated() {
                if offset % SourceFile.blockSize == 0 { counts.append(count) }
                if Byte.isUTF8Continuation(byte) { count += 1 }
            }
            return counts
        }
    }

    private static let blockSize = 32
    private let storage: Storage

    /// The name shown to the user, for example `Dockerfile` or `build/web.Dockerfile`.
    public var name: String { storage.name }
    /// The bytes as read, without a byte order mark.
    public var bytes: [UInt8] { storage.bytes }
    /// The byte offset at which each line starts; a newline at the very end begins another line here.
    var lineStarts: [Int] { storage.lineStarts }
    private var continuationCounts: [Int] { storage.continuationCounts }

    /// Makes a source file from what was read.
    public init(name: String, bytes: [UInt8]) {
        let bytes = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
        storage = Storage(name: name, bytes: bytes)
    }

    /// Whether name and bytes are the same.
    public static func == (left: SourceFile, right: SourceFile) -> Bool {
        left.storage === right.storage || left.name == right.name && left.bytes == right.bytes
    }

    /// Hashes name and bytes.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(name)
        hasher.combine(bytes)
    }

    /// Makes a source file from text.
    public init(name: String, text: String) {
        self.init(name: name, bytes: Array(text.utf8))
    }

    /// How many lines the file has; a newline at the very end does not begin another one.
    public var lineCount: Int {
        lineStarts.count > 1 && lineStarts[lineStarts.count - 1] == bytes.count
            ? lineStarts.count - 1 : lineStarts.count
    }

    /// The line (counted from 1) and column of a byte offset; offsets outside the file are moved to its nearest end.
    public func location(at offset: Int) -> SourceLocation {
        let offset = min(max(0, offset), bytes.count)
        let starts = lineStarts
        var low = 0
        var high = starts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if starts[middle] <= offset { low = middle } else { high = middle }
        }
        return location(at: offset, inLine: low)
    }

    /// The location of a byte offset of which the line, counted from 0, is known.
    func location(at offset: Int, inLine line: Int) -> SourceLocation {
        let start = lineStarts[line]
        var column = 1 + offset - start
        if !continuationCounts.isEmpty { column -= continuations(before: offset) - continuations(before: start) }
        return SourceLocation(offset: offset, line: line + 1, column: column)
    }

    private func continuations(before offset: Int) -> Int {
        let block = min(offset / Self.blockSize, continuationCounts.count - 1)
        var count = continuationCounts[block]
        for byte in bytes[(block * Self.blockSize)..<offset] where Byte.isUTF8Continuation(byte) { count += 1 }
        return count
    }

    /// The range between two byte offsets.
    public func range(_ offsets: Range<Int>) -> SourceRange {
        let start = location(at: offsets.lowerBound)
        let end = offsets.upperBound
        // Most ranges end in the line where they start, which saves the second search.
        let isOneLine = end <= bytes.count && (start.line == lineStarts.count || end < lineStarts[start.line])
        return SourceRange(
            start: start, end: isOneLine && end >= 0 ? location(at: end, inLine: start.line - 1) : location(at: end))
    }

    /// The text of a line counted from 1, without its line ending; empty for a line that does not exist.
    public func line(_ number: Int) -> String {
        guard number >= 1, number <= lineStarts.count else { return "" }
        var end = number < lineStarts.count ? lineStarts[number] : bytes.count
        let start = lineStarts[number - 1]
        while end > start, Byte.isLineEnding(bytes[end - 1]) { end -= 1 }
        return String(decoding: bytes[start..<end], as: UTF8.self)
    }

    /// The text that a range covers, line endings included.
    public func text(of range: SourceRange) -> String {
        let start = min(max(0, range.start.offset), bytes.count)
        let end = min(max(start, range.end.offset), bytes.count)
        return String(decoding: bytes[start..<end], as: UTF8.self)
    }
}
