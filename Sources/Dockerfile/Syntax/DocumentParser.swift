/// Reads a file from top to bottom: directives, comments, logical lines and the bodies of heredocs.
struct DocumentParser {
    private let source: SourceFile
    private var reader: LineReader
    private var directives: DirectiveParser
    private var comments: [String] = []
    /// What `Instruction.leadingLines` of the next instruction will be.
    private var leadingLines: [String] = []

    init(_ source: SourceFile) throws(DockerfileError) {
        self.source = source
        reader = try LineReader(source)
        directives = DirectiveParser(source: source)
    }

    /// The usual leading lines, shared by most instructions.
    private static let blankLine = [""]

    /// What a file consists of.
    struct Document {
        var directives: Directives
        var instructions: [Instruction]
        /// See `Dockerfile.trailingLines`.
        var trailingLines: [String]
    }

    /// The whole file.
    mutating func parse() throws(DockerfileError) -> Document {
        var instructions: [Instruction] = []
        while let line = try reader.next() {
            let text = Byte.droppingLeadingWhitespace(line.content)
            if try directives.consume(text) { continue }
            if text.first == Byte.hash {
                note(comment: text)
                continue
            }
            let (content, continues) = splitContinuation(text)
            if !continues, content.isEmpty {
                if leadingLines.isEmpty {
                    leadingLines = Self.blankLine
                } else if leadingLines.last != "" {
                    leadingLines.append("")
                }
                continue
            }
            instructions.append(try parseInstruction(content, continues: continues))
            comments = []
            leadingLines = []
        }
        guard !instructions.isEmpty else {
            throw DockerfileError(
                .syntax, "file with no instructions", help: "a Dockerfile starts with FROM <image>",
                at: source.range(0..<0), in: source)
        }
        return Document(
            directives: directives.directives, instructions: instructions, trailingLines: leadingLines)
    }

    private mutating func note(comment: ArraySlice<UInt8>) {
        let line = String(decoding: comment, as: UTF8.self).trimmingBlanks()
        leadingLines.append(line)
        let text = String(decoding: line.utf8.dropFirst(), as: UTF8.self).trimmingBlanks()
        if text.isEmpty { comments = [] } else { comments.append(text) }
    }

    /// Cuts off an escape token at the end of a line, with blanks behind it. An escape token before it makes it an
    /// ordinary character.
    private func splitContinuation(_ line: ArraySlice<UInt8>) -> (content: ArraySlice<UInt8>, continues: Bool) {
        let escape = directives.directives.escape.byte
        var rest = line
        while let last = rest.last, last == Byte.space || last == Byte.tab { rest.removeLast() }
        guard rest.last == escape else { return (line, false) }
        rest.removeLast()
        return rest.last == escape ? (line, false) : (rest, true)
    }

    /// Reads the rest of an instruction that starts with `first`.
    private mutating func parseInstruction(
        _ first: ArraySlice<UInt8>, continues: Bool
    ) throws(DockerfileError) -> Instruction {
        var line = LogicalLine()
        var emptyLines: [SourceRange] = []
        var continues = continues
        var end = first.endIndex
        line.append(first)
        while continues, let next = try reader.next() {
            let text = Byte.droppingLeadingWhitespace(next.content)
            if text.first == Byte.hash { continue }
            if text.isEmpty {
                emptyLines.append(source.range(next.content.startIndex..<next.content.endIndex))
                continue
            }
            let (content, more) = splitContinuation(next.content)
            line.append(content)
            end = next.content.endIndex
            continues = more
        }
        let all = 0..<line.bytes.count
        guard !Byte.trimmed(line.bytes, all).isEmpty else {
            throw DockerfileError(
                .unknownInstruction, "unknown instruction: nothing follows this continuation line",
                help: "remove the \(directives.directives.escape.rawValue)",
                at: source.range(first.startIndex..<max(first.endIndex, first.startIndex + 1)), in: source)
        }
        let statement = Statement(line, all, source: source, escape: directives.directives.escape)
        let heredocs = try readHeredocs(of: statement, end: &end)
        let parser = InstructionParser(statement: statement, heredocs: heredocs, comments: comments)
        let checks = Self.checkConfiguration(comments)
        return Instruction(
            body: try parser.parseBody(), keyword: statement.keyword, range: source.range(first.startIndex..<end),
            text: line.text(statement.range), comments: comments, leadingLines: leadingLines,
            emptyContinuations: emptyLines, checks: checks)
    }

    /// What the first comment `check=...` asks for; one that cannot be understood asks for nothing.
    private static func checkConfiguration(_ comments: [String]) -> CheckConfiguration? {
        for comment in comments {
            guard let found = DirectiveParser.split(Array(comment.utf8)[...]), found.key == "check" else { continue }
            let value = String(decoding: found.value.prefix { $0 != Byte.space }, as: UTF8.self)
            return try? CheckConfiguration(parsing: value)
        }
        return nil
    }
}

// MARK: - Heredocs

extension DocumentParser {
    /// Reads the lines that belong to the heredocs of a statement.
    private mutating func readHeredocs(of statement: Statement, end: inout Int) throws(DockerfileError) -> [Heredoc] {
        guard try canContainHeredocs(statement) else { return [] }
        var heredocs: [Heredoc] = []
        for marker in try HeredocMarker.find(in: statement) {
            let start = reader.offset
            let contentEnd = try readBody(of: marker, in: statement, end: &end)
            heredocs.append(
                Heredoc(
                    name: marker.name, fileDescriptor: marker.fileDescriptor, expands: marker.expands,
                    stripsTabs: marker.stripsTabs,
                    content: String(decoding: source.bytes[start..<contentEnd], as: UTF8.self),
                    marker: statement.word(marker.range), contentRange: source.range(start..<contentEnd)))
        }
        return heredocs
    }

    private func canContainHeredocs(_ statement: Statement) throws(DockerfileError) -> Bool {
        guard statement.bytes.contains(Byte.less) else { return false }
        var statement = statement
        if statement.name == "ONBUILD" {
            statement = Statement(
                statement.line, statement.arguments, source: source, escape: directives.directives.escape)
        }
        guard ["RUN", "COPY", "ADD"].contains(statement.name) else { return false }
        if case .notAnArray = JSONArrayParser.parse(statement.bytes, statement.arguments) { return true }
        return false
    }

    /// Reads up to the delimiter and returns where the content ends.
    private mutating func readBody(
        of marker: HeredocMarker, in statement: Statement, end: inout Int
    ) throws(DockerfileError) -> Int {
        while let line = try reader.next() {
            var content = line.content
            if marker.stripsTabs { content = content.drop { $0 == Byte.tab } }
            guard content.elementsEqual(marker.name.utf8) else { continue }
            end = line.content.endIndex
            return line.whole.startIndex
        }
        throw statement.error(
            .invalidHeredoc, "unterminated heredoc", help: "add a line that contains only \(marker.name)",
            at: marker.range)
    }
}
