extension Statement {
    /// The arguments split at blanks, quotes without meaning.
    func splitAtBlanks() -> [Word] {
        var words: [Word] = []
        words.reserveCapacity(3)
        var start = arguments.lowerBound
        for position in arguments {
            guard Byte.isBlank(bytes[position]) else { continue }
            if position > start { words.append(word(start..<position)) }
            start = position + 1
        }
        if start < arguments.upperBound { words.append(word(start..<arguments.upperBound)) }
        return words
    }

    /// The arguments split at white space that is neither quoted nor escaped; quotes and escapes stay in the words.
    func splitQuoted() -> [Range<Int>] {
        var words: [Range<Int>] = []
        var start: Int?
        var quote: UInt8?
        var position = arguments.lowerBound
        while position < arguments.upperBound {
            let byte = bytes[position]
            let blank = quote == nil ? Byte.whitespaceLength(bytes, at: position) : 0
            if blank > 0 {
                if let begin = start { words.append(begin..<position) }
                start = nil
                position += blank
                continue
            }
            if byte == escape.byte, quote != Byte.singleQuote {
                // An escape token at the very end disappears.
                guard position + 1 < arguments.upperBound else { break }
                if start == nil { start = position }
                position += 2
                continue
            }
            if start == nil { start = position }
            if byte == quote {
                quote = nil
            } else if quote == nil, byte == Byte.singleQuote || byte == Byte.doubleQuote {
                quote = byte
            }
            position += 1
        }
        if let begin = start, position > begin { words.append(begin..<min(position, arguments.upperBound)) }
        return words
    }

    /// The arguments in JSON form; nil if they are not in that form.
    func jsonWords(in range: Range<Int>? = nil) throws(DockerfileError) -> [Word]? {
        switch JSONArrayParser.parse(bytes, range ?? arguments) {
        case .notAnArray: return nil
        case .otherThanString(let place):
            throw error(
                .syntax, "when using JSON array syntax, arrays must be comprised of strings only",
                help: "put \(line.text(place).quotedForMessage) in double quotes", at: place)
        case .strings(let strings):
            var words: [Word] = []
            words.reserveCapacity(strings.count)
            for string in strings { words.append(Word(raw: string.text, range: sourceRange(string.range))) }
            return words
        }
    }

    /// The arguments in JSON form or else split at blanks.
    func wordsOrJSON() throws(DockerfileError) -> (words: [Word], isJSON: Bool) {
        if let words = try jsonWords() { return (words, true) }
        return (splitAtBlanks(), false)
    }

    /// The arguments as a command: exec form if they are JSON, else shell form.
    func commandLine(in range: Range<Int>? = nil) throws(DockerfileError) -> CommandLineForm {
        if let words = try jsonWords(in: range) { return .exec(words) }
        return .shell(word(range ?? arguments))
    }

    /// The arguments as one word.
    func singleArgument() throws(DockerfileError) -> Word {
        guard !arguments.isEmpty else { throw error(.invalidArgument, "\(name) requires exactly one argument") }
        return word(arguments)
    }
}
