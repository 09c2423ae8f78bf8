extension InstructionParser {
    func parseOnBuild() throws(DockerfileError) -> OnBuildInstruction {
        guard !statement.arguments.isEmpty else { throw atLeastOneArgument() }
        _ = try FlagSet(statement)
        let inner = Statement(
            statement.line, statement.arguments, source: statement.source, escape: statement.escape)
        switch inner.name {
        case "ONBUILD":
            throw inner.error(
                .invalidArgument, "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed", at: inner.range)
        case "FROM", "MAINTAINER":
            throw inner.error(
                .invalidArgument, "\(inner.name) isn't allowed as an ONBUILD trigger", at: inner.range)
        default: break
        }
        let body = try InstructionParser(statement: inner, heredocs: heredocs, comments: []).parseBody()
        var range = inner.sourceRange(inner.range)
        // The body of the last heredoc ends where the whole instruction ends; the closing delimiter is one line more.
        if let heredoc = heredocs.last { range.end = heredoc.contentRange.end }
        let trigger = Instruction(
            body: body, keyword: inner.keyword, range: range, text: inner.line.text(inner.range), comments: [],
            leadingLines: [], emptyContinuations: [])
        // Blanks at the end belong to the stored text, unless an escape token before them would make it go on.
        let blanks = statement.bytes[inner.range.upperBound...]
        let isKept =
            statement.bytes[inner.range.upperBound - 1] != statement.escape.byte
            && blanks.allSatisfy { $0 == Byte.space || $0 == Byte.tab }
        let end = isKept ? blanks.endIndex : inner.range.upperBound
        let expression = heredocs.reduce(statement.line.text(inner.range.lowerBound..<end)) {
            "\($0)\n\($1.content)\($1.name)"
        }
        return OnBuildInstruction(expression: expression, trigger: trigger)
    }
}
