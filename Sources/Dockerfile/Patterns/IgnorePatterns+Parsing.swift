extension IgnorePatterns {
    /// A pattern that cannot be used.
    public struct ParsingError: Error, Sendable, Hashable, CustomStringConvertible {
        /// What is wrong.
        public var message: String
        /// The line in the file, counted from 1; or the place in the list of patterns.
        public var line: Int

        /// What is wrong and in which line.
        public var description: String { "\(message) (line \(line))" }
    }

    /// Parses a `.dockerignore` file: one pattern a line, `#` in the first column begins a comment, blanks around a
    /// pattern and a leading slash are dropped.
    public init(file bytes: [UInt8]) throws(ParsingError) {
        var patterns: [Pattern] = []
        let bytes = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes[3...] : bytes[...]
        for (index, line) in bytes.split(separator: Byte.newline, omittingEmptySubsequences: false).enumerated() {
            guard line.first != Byte.hash else { continue }
            var text = String(decoding: line, as: UTF8.self).trimmingBlanks()
            guard !text.isEmpty else { continue }
            let isException = text.utf8.first == UInt8(ascii: "!")
            if isException { text = text.droppingFirstByte().trimmingBlanks() }
            if !text.isEmpty {
                text = GoPath.clean(text)
                if text.utf8.count > 1, text.utf8.first == Byte.slash { text = text.droppingFirstByte() }
            }
            if let pattern = try Self.pattern((isException ? "!" : "") + text, line: index + 1) {
                patterns.append(pattern)
            }
        }
        self.init(patterns: patterns)
    }

    /// Compiles the values of `--exclude`. The line in an error is the place in the list, counted from 1.
    public init(_ texts: [String]) throws(ParsingError) {
        var patterns: [Pattern] = []
        for (index, text) in texts.enumerated() {
            if let pattern = try Self.pattern(text, line: index + 1) { patterns.append(pattern) }
        }
        self.init(patterns: patterns)
    }

    private static func pattern(_ text: String, line: Int) throws(ParsingError) -> Pattern? {
        var text = text.trimmingBlanks()
        guard !text.isEmpty else { return nil }
        text = GoPath.clean(text)
        let isException = text.utf8.first == UInt8(ascii: "!")
        if isException {
            guard text != "!" else { throw ParsingError(message: "illegal exclusion pattern: \"!\"", line: line) }
            text = text.droppingFirstByte()
        }
        do {
            var parser = PatternParser(text)
            let compiled = PathPattern(try parser.parse(doubleStars: true))
            return Pattern(text: text, compiled: compiled, isException: isException, line: line)
        } catch {
            throw ParsingError(message: error.description, line: line)
        }
    }
}
