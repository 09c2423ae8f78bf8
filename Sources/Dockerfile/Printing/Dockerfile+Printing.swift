extension Dockerfile {
    /// The Dockerfile as text again, in one style: one blank between words, flags before operands, long instructions on
    /// several lines, JSON with a blank behind each comma.
    ///
    /// Parsing the text gives the same instructions apart from their places in the file, and printing those gives the
    /// same text. Directives, comments between instructions and blank lines (several become one) are kept. Comments
    /// inside an instruction and flags without effect (`--link=false`) are not.
    public func printed() -> String {
        var text = ""
        for (name, value) in [
            ("syntax", directives.syntax?.raw), ("check", directives.check?.raw),
            ("escape", directives.escape == .backslash ? nil : String(directives.escape.rawValue)),
        ] {
            if let value { text += "# \(name)=\(value)\n" }
        }
        let all = globalArguments + stages.flatMap { [$0.fromInstruction] + $0.instructions }
        for instruction in all {
            text += Self.printed(instruction.leadingLines)
            text += instruction.printed(escape: directives.escape)
        }
        return text + Self.printed(trailingLines)
    }

    private static func printed(_ lines: [String]) -> String {
        lines.reduce("") { "\($0)\($1)\n" }
    }
}

extension Instruction {
    /// The instruction as text with a newline at the end, heredocs included, without the comments above.
    public func printed(escape: EscapeToken) -> String {
        InstructionPrinter(escape: escape).print(self)
    }
}
