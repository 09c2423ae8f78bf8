/// Hands out the physical lines of a file one by one.
struct LineReader {
    /// The longest line in bytes, without its newline.
    static let maximumLineLength = 65535

    /// A physical line.
    struct Line {
        /// Where it is in the file, without its line ending.
        var content: Range<Int>
        /// Its place among the lines, counted from 0.
        var index: Int
    }

    private let source: SourceFile
    /// The file's bytes and lines. What is asked for at every line is kept here, not looked up in `source`.
    let bytes: [UInt8]
    private let lineStarts: [Int]
    private var index = 0

    init(_ source: SourceFile) throws(DockerfileError) {
        self.source = source
        bytes = source.bytes
        lineStarts = source.lineStarts
        try Self.checkText(source)
    }

    /// The offset of the next line.
    var offset: Int { index < lineStarts.count ? lineStarts[index] : bytes.count }

    /// The next line; nil at the end of the file.
    mutating func next() throws(DockerfileError) -> Line? {
        let start = offset
        guard start < bytes.count else { return nil }
        let line = index
        index += 1
        var end = offset
        let hasNewline = bytes[end - 1] == Byte.newline
        guard end - start - (hasNewline ? 1 : 0) <= Self.maximumLineLength else {
            throw DockerfileError(
                .invalidText, "dockerfile line greater than max allowed size of \(Self.maximumLineLength)",
                help: "split the line with continuation lines, or move its text into a file that is copied",
                at: source.range(start..<start + 1), in: source)
        }
        while end > start, Byte.isLineEnding(bytes[end - 1]) { end -= 1 }
        return Line(content: start..<end, index: line)
    }

    /// Refuses what is not UTF-8 text, naming the first bad byte.
    private static func checkText(_ source: SourceFile) throws(DockerfileError) {
        let bytes = source.bytes
        let isText = (try? UTF8Span(validating: bytes.span)) != nil && bytes.reduce(.max, min) != 0
        guard !isText, let bad = firstBadByte(in: bytes) else { return }
        let what: String
        var help = "a Dockerfile must be UTF-8 text"
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            what = "the file is UTF-16"
            help = "save it as UTF-8"
        } else if bytes.starts(with: [0x1F, 0x8B]) {
            what = "the file is a gzip archive"
        } else if bytes[bad] == 0 {
            what = "the file contains a NUL byte"
        } else {
            what = "the file is not valid UTF-8: byte 0x\(String(bytes[bad], radix: 16))"
        }
        throw DockerfileError(
            .invalidText, "file is not a Dockerfile: \(what)", help: help, at: source.range(bad..<bad + 1), in: source)
    }

    /// The offset of the first byte that is NUL or not part of a well-formed UTF-8 sequence.
    private static func firstBadByte(in bytes: [UInt8]) -> Int? {
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if byte < 0x80 {
                if byte == 0 { return index }
                index += 1
                continue
            }
            guard let length = UTF8Sequence.length(bytes, at: index) else { return index }
            index += length
        }
        return nil
    }
}

/// The well-formed byte sequences of UTF-8 (Unicode, table 3-7).
enum UTF8Sequence {
    /// The length of the well-formed sequence at an index; nil if there is none.
    static func length(_ bytes: [UInt8], at index: Int) -> Int? {
        let first = bytes[index]
        let length: Int
        var second: ClosedRange<UInt8> = 0x80...0xBF
        switch first {
        case 0..<0x80: return 1
        case 0xC2...0xDF: length = 2
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: length = 3
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: length = 4
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        default: return nil
        }
        guard index + length <= bytes.count, second.contains(bytes[index + 1]) else { return nil }
        for offset in 2..<max(2, length) where !Byte.isUTF8Continuation(bytes[index + offset]) { return nil }
        return length
    }
}
