extension InstructionParser {
    func parseOnBuild() throws(DockerfileError) -> OnBuildInstruction {
        guard !statement.arguments.isEmpty else { throw atLeastOneArgument() }
        _ = try FlagSet(statement)
        let inner = Statement(statement.line, statement.arguments, escape: statement.escape)
        switch inner.name {
        case "ONBUILD":
            throw inner.error(
                .invalidArgument, "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed", at: inner.range)
        case "FROM", "MAINTAINER":
            throw inner.error(
                .invalidArgument, "\(inner.name) isn't allowed as an ONBUILD trigger", at: inner.range)
        default: break
        }
        var range = inner.sourceRange(inner.range)
        // The body of the last heredoc ends where the whole instruction ends; the closing delimiter is one line more.
        if let heredoc = heredocs.last { range.end = heredoc.contentRange.end }
        let expression = heredocs.reduce(storedText(of: inner)) { "\($0)\n\($1.content)\($1.name)" }
        let keyword = inner.keyword
        let text = inner.line.text(inner.range)
        let parser = InstructionParser(statement: inner, heredocs: heredocs, comments: [])
        let trigger = Instruction(
            body: try parser.parseBody(), keyword: keyword, range: range, text: text, comments: [], leadingLines: [],
            emptyContinuations: [])
        return OnBuildInstruction(expression: expression, trigger: trigger)
    }

    /// The trigger's line as the image configuration stores it, with the blanks at its end. If it ends in an escape
    /// token, white space that is not a blank must have kept that from continuing the line; a form feed does so again.
    private func storedText(of inner: borrowing Statement) -> String {
        let text = statement.line.text(inner.range)
        let end = inner.range.upperBound
        let isEscaped = inner.range.count > 1 && statement.bytes[end - 2] == statement.escape.byte
        if statement.bytes[end - 1] == statement.escape.byte, !isEscaped { return text + "\u{C}" }
        let blanks = end..<statement.line.range.upperBound
        let areBlanks = statement.bytes[blanks].allSatisfy { $0 == Byte.space || $0 == Byte.tab }
        return areBlanks ? text + statement.line.text(blanks) : text
    }
}
