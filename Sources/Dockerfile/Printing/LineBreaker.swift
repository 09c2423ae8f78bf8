/// Breaks text into physical lines such that the parser joins them to the same text.
struct LineBreaker {
    let escape: UInt8

    /// Cuts text inside its unquoted runs of two or more blanks. These usually come from the indentation of a line that
    /// continued another one: the first blank stays, the others indent the next line again.
    static func piecesBetweenBlanks(_ text: String) -> [ArraySlice<UInt8>] {
        let bytes = Array(text.utf8)
        var pieces: [ArraySlice<UInt8>] = []
        var start = 0
        var quote: UInt8?
        var position = 0
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            if byte == Byte.backslash {
                position += 1
            } else if byte == quote {
                quote = nil
            } else if quote == nil, byte == Byte.singleQuote || byte == Byte.doubleQuote {
                quote = byte
            } else if quote == nil, byte == Byte.space || byte == Byte.tab {
                var end = position
                while end < bytes.count, bytes[end] == Byte.space || bytes[end] == Byte.tab { end += 1 }
                if end > position, canBegin(bytes[position...]) {
                    pieces.append(bytes[start..<position])
                    start = position
                }
                position = end
            }
        }
        return pieces + [bytes[start...]]
    }

    /// Whether a continuation line may begin with this text: it is neither empty nor a comment.
    private static func canBegin(_ text: ArraySlice<UInt8>) -> Bool {
        guard let first = Byte.droppingLeadingWhitespace(text).first else { return false }
        return first != Byte.hash
    }

    /// Joins lines by escape tokens; lines that are too long for the parser are cut.
    func join(_ lines: [[UInt8]]) -> String {
        var result: [UInt8] = []
        for (index, line) in lines.enumerated() {
            let isLast = index == lines.count - 1
            var rest = line[...]
            while rest.count > LineReader.maximumLineLength - 2, let cut = cut(rest) {
                result += rest[..<cut]
                result += [escape, Byte.newline]
                rest = rest[cut...]
            }
            result += rest
            if isLast {
                if continues(rest) { result.append(0x0C) }
            } else {
                if rest.last != Byte.space, rest.last != Byte.tab { result.append(Byte.space) }
                result += [escape, Byte.newline]
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// The last place where a long line may be cut; nil if there is none.
    private func cut(_ line: ArraySlice<UInt8>) -> Int? {
        var place = line.startIndex + LineReader.maximumLineLength - 2
        while place > line.startIndex {
            if line[place - 1] != escape, !Byte.isUTF8Continuation(line[place]), Self.canBegin(line[place...]) {
                return place
            }
            place -= 1
        }
        return nil
    }

    /// Whether the parser would take the end of a last line for a continuation. A form feed behind it, which it drops,
    /// tells it otherwise.
    private func continues(_ line: ArraySlice<UInt8>) -> Bool {
        var rest = line
        while let last = rest.last, last == Byte.space || last == Byte.tab { rest.removeLast() }
        return rest.last == escape && rest.dropLast().last != escape
    }
}
