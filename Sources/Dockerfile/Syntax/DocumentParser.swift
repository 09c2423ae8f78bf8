/// Reads a file from top to bottom: directives, comments, logical lines and the bodies of heredocs.
struct DocumentParser {
    private let source: SourceFile
    private var reader: LineReader
    private var directives: DirectiveParser
    private var comments: [String] = []
    /// What `Instruction.leadingLines` of the next instruction will be.
    private var leadingLines: [String] = []
    /// What has been read: all of it after `parse()`, and what stands before the mistake if that threw.
    private(set) var document: Document

    init(_ source: SourceFile) throws(DockerfileError) {
        self.source = source
        reader = try LineReader(source)
        directives = DirectiveParser(source: source)
        document = Document(directives: directives.directives)
    }

    /// The usual leading lines, shared by most instructions.
    private static let blankLine = [""]

    /// What a file consists of.
    struct Document {
        var directives: Directives
        /// What stands before the first `FROM`.
        var preamble: [Instruction] = []
        var stages: [Stage] = []
        /// See `Dockerfile.trailingLines`.
        var trailingLines: [String] = []

        mutating func append(_ instruction: Instruction) {
            if case .from(let from) = instruction.body {
                stages.append(
                    Stage(
                        index: stages.count, name: from.name?.raw.lowercased(), from: from,
                        fromInstruction: instruction, instructions: []))
            } else if stages.isEmpty {
                preamble.append(instruction)
            } else {
                stages[stages.count - 1].instructions.append(instruction)
            }
        }
    }

    /// Reads the whole file.
    mutating func parse() throws(DockerfileError) {
        while let line = try reader.next() {
            let text = Byte.trimmedAtStart(reader.bytes, line.content)
            if !directives.isDone, try directives.consume(reader.bytes[text]) {
                document.directives = directives.directives
                continue
            }
            if startsComment(text) {
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
            document.append(try parseInstruction(content, ofLine: line.index, continues: continues))
            comments = []
            leadingLines = []
        }
        guard !document.preamble.isEmpty || !document.stages.isEmpty else {
            throw DockerfileError(
                .syntax, "file with no instructions", help: "a Dockerfile starts with FROM <image>",
                at: source.range(0..<0), in: source)
        }
        document.trailingLines = leadingLines
    }

    private func startsComment(_ text: Range<Int>) -> Bool {
        !text.isEmpty && reader.bytes[text.lowerBound] == Byte.hash
    }

    private mutating func note(comment: Range<Int>) {
        let line = Byte.trimmed(reader.bytes, comment)
        leadingLines.append(String(decoding: reader.bytes[line], as: UTF8.self))
        let text = Byte.trimmedAtStart(reader.bytes, line.dropFirst())
        if text.isEmpty { comments = [] } else { comments.append(String(decoding: reader.bytes[text], as: UTF8.self)) }
    }

    /// Cuts off an escape token at the end of a line, with blanks behind it. An escape token before it makes it an
    /// ordinary character.
    private func splitContinuation(_ line: Range<Int>) -> (content: Range<Int>, continues: Bool) {
        let escape = directives.directives.escape.byte
        let start = line.lowerBound
        var end = line.upperBound
        while end > start, reader.bytes[end - 1] == Byte.space || reader.bytes[end - 1] == Byte.tab { end -= 1 }
        guard end > start, reader.bytes[end - 1] == escape else { return (line, false) }
        let isEscaped = end - 1 > start && reader.bytes[end - 2] == escape
        return isEscaped ? (line, false) : (start..<end - 1, true)
    }

    /// Reads the rest of an instruction that starts with `first`.
    private mutating func parseInstruction(
        _ first: Range<Int>, ofLine index: Int, continues: Bool
    ) throws(DockerfileError) -> Instruction {
        var line = LogicalLine(first, ofLine: index, in: source)
        var emptyLines: [SourceRange] = []
        var continues = continues
        var end = first.upperBound
        while continues, let next = try reader.next() {
            let text = Byte.trimmedAtStart(reader.bytes, next.content)
            if startsComment(text) { continue }
            if text.isEmpty {
                emptyLines.append(source.range(next.content))
                continue
            }
            let (content, more) = splitContinuation(next.content)
            line.append(content, ofLine: next.index)
            end = next.content.upperBound
            continues = more
        }
        let statement = Statement(line, line.range, escape: directives.directives.escape)
        guard !statement.range.isEmpty else {
            throw DockerfileError(
                .unknownInstruction, "unknown instruction: nothing follows this continuation line",
                help: "remove the \(directives.directives.escape.rawValue)",
                at: source.range(first.lowerBound..<max(first.upperBound, first.lowerBound + 1)), in: source)
        }
        let heredocs = try readHeredocs(of: statement, end: &end)
        let keyword = statement.keyword
        let text = line.text(statement.range)
        let parser = InstructionParser(statement: statement, heredocs: heredocs, comments: comments)
        return Instruction(
            body: try parser.parseBody(), keyword: keyword, range: source.range(first.lowerBound..<end), text: text,
            comments: comments, leadingLines: leadingLines, emptyContinuations: emptyLines,
            checks: Self.checkConfiguration(comments))
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
    private mutating func readHeredocs(
        of statement: borrowing Statement, end: inout Int
    ) throws(DockerfileError) -> [Heredoc] {
        guard canContainHeredocs(statement) else { return [] }
        var heredocs: [Heredoc] = []
        for marker in try HeredocMarker.find(in: statement) {
            let start = reader.offset
            let contentEnd = try readBody(of: marker, in: statement, end: &end)
            heredocs.append(
                Heredoc(
                    name: marker.name, fileDescriptor: marker.fileDescriptor, expands: marker.expands,
                    stripsTabs: marker.stripsTabs,
                    content: String(decoding: reader.bytes[start..<contentEnd], as: UTF8.self),
                    marker: statement.word(marker.range), contentRange: source.range(start..<contentEnd)))
        }
        return heredocs
    }

    private func canContainHeredocs(_ statement: borrowing Statement) -> Bool {
        guard statement.bytes[statement.range].contains(Byte.less) else { return false }
        if statement.name == "ONBUILD" {
            let trigger = Statement(statement.line, statement.arguments, escape: statement.escape)
            return trigger.name != "ONBUILD" && canContainHeredocs(trigger)
        }
        guard ["RUN", "COPY", "ADD"].contains(statement.name) else { return false }
        if case .notAnArray = JSONArrayParser.parse(statement.bytes, statement.arguments) { return true }
        return false
    }

    /// Reads up to the delimiter and returns where the content ends.
    private mutating func readBody(
        of marker: HeredocMarker, in statement: borrowing Statement, end: inout Int
    ) throws(DockerfileError) -> Int {
        let delimiter = Array(marker.name.utf8)
        while let line = try reader.next() {
            var start = line.content.lowerBound
            if marker.stripsTabs {
                while start < line.content.upperBound, reader.bytes[start] == Byte.tab { start += 1 }
            }
            let content = reader.bytes[start..<line.content.upperBound]
            guard content.count == delimiter.count, content.elementsEqual(delimiter) else { continue }
            end = line.content.upperBound
            return line.content.lowerBound
        }
        throw statement.error(
            .invalidHeredoc, "unterminated heredoc", help: "add a line that contains only \(marker.name)",
            at: marker.range)
    }
}
