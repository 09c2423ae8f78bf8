/// The rules about how the file is written.
extension DockerfileChecks {
    /// All instructions in order.
    private var instructions: [Instruction] {
        dockerfile.globalArguments + dockerfile.stages.flatMap { [$0.fromInstruction] + $0.instructions }
    }

    /// What the text shows: first what parsing sees, instruction by instruction, then what the file as a whole shows.
    public func textFindings() -> [Diagnostic] {
        parsingFindings() + stageNameFindings() + casingFindings()
    }

    /// What parsing sees in front of a mistake that keeps a file from being parsed.
    ///
    /// `configuration` replaces that of the `# check=` directive.
    public static func findings(
        before mistake: DockerfileError, configuration: CheckConfiguration? = nil
    ) -> [Diagnostic] {
        guard let place = mistake.diagnostic.range?.start, let source = mistake.diagnostic.source,
            let beginning = Dockerfile.beginning(of: source)
        else { return [] }
        let findings = DockerfileChecks(beginning, configuration: configuration).parsingFindings()
        return findings.filter { finding in finding.range.map { $0.start <= place } ?? false }
    }

    private func parsingFindings() -> [Diagnostic] {
        instructions.flatMap(emptyContinuations) + instructions.flatMap(wording)
    }

    /// The place is the last line of what was continued.
    private func emptyContinuations(_ instruction: Instruction) -> [Diagnostic] {
        guard !instruction.emptyContinuations.isEmpty else { return [] }
        let last = instruction.lastCommandLine
        let end = SourceLocation(offset: instruction.range.end.offset, line: last, column: 1)
        return finding(
            .noEmptyContinuation, "Empty continuation line", in: instruction, at: SourceRange(start: end, end: end))
    }

    private func wording(_ instruction: Instruction) -> [Diagnostic] {
        switch instruction.body {
        case .maintainer:
            return finding(
                .maintainerDeprecated, "Maintainer instruction is deprecated in favor of using label", in: instruction)
        case .arg(let arg): return describing("ARG", arg.arguments.map(\.name.raw), instruction)
        case .from(let from):
            let description = from.name.map { describing("FROM", [$0.raw.lowercased()], instruction) } ?? []
            return fromCasing(from, instruction) + description
        default: return []
        }
    }

    private func describing(_ keyword: String, _ names: [String], _ instruction: Instruction) -> [Diagnostic] {
        guard let comment = instruction.comments.last else { return [] }
        guard !names.contains(String(comment.prefix { $0 != " " })) else { return [] }
        let example = names.count > 1 ? "<arg_key>" : names[0]
        return finding(
            .invalidDefinitionDescription,
            "Comment for \(keyword) should follow the format: `# \(example) <description>`", in: instruction)
    }

    private func fromCasing(_ from: FromInstruction, _ instruction: Instruction) -> [Diagnostic] {
        guard let name = from.name, let keyword = from.asKeyword else { return [] }
        var findings: [Diagnostic] = []
        if name.raw != name.raw.lowercased() {
            findings += finding(
                .stageNameCasing, "Stage name '\(name.raw)' should be lowercase", in: instruction)
        }
        let written = instruction.keyword.raw
        let isLower = written == written.lowercased()
        let isUpper = written == written.uppercased()
        let fits = keyword.raw == (isLower ? keyword.raw.lowercased() : keyword.raw.uppercased())
        if isLower || isUpper, !fits {
            findings += finding(
                .fromAsCasing, "'\(keyword.raw)' and '\(written)' keywords' casing do not match", in: instruction)
        }
        return findings
    }

    private func casingFindings() -> [Diagnostic] {
        let counted = dockerfile.stages.flatMap { [$0.fromInstruction] + $0.instructions }
        let lower = counted.count { $0.keyword.raw == $0.keyword.raw.lowercased() }
        let upper = counted.count { $0.keyword.raw == $0.keyword.raw.uppercased() }
        let casing = lower > upper ? "lowercase" : "uppercase"
        return counted.flatMap { instruction in
            let written = instruction.keyword.raw
            guard written != (lower > upper ? written.lowercased() : written.uppercased()) else {
                return [Diagnostic]()
            }
            return finding(
                .consistentInstructionCasing,
                "Command '\(written)' should match the case of the command majority (\(casing))", in: instruction)
        }
    }

    private func stageNameFindings() -> [Diagnostic] {
        var seen: Set<String> = []
        return dockerfile.stages.flatMap { stage in
            guard let name = stage.name else { return [Diagnostic]() }
            var findings: [Diagnostic] = []
            if name == "context" || name == "scratch" {
                findings += finding(
                    .reservedStageName,
                    "Stage name should not use the same name as reserved stage \(name.quotedForMessage)",
                    in: stage.fromInstruction)
            }
            if !seen.insert(name).inserted {
                findings += finding(
                    .duplicateStageName,
                    "Duplicate stage name \(name.quotedForMessage), stage names should be unique",
                    in: stage.fromInstruction)
            }
            return findings
        }
    }
}

extension Instruction {
    /// The last line of the instruction before the bodies of its heredocs.
    fileprivate var lastCommandLine: Int {
        let heredocs: [Heredoc]
        switch body {
        case .run(let run): heredocs = run.heredocs
        case .copy(let copy): heredocs = copy.transfer.heredocs
        case .add(let add): heredocs = add.transfer.heredocs
        default: heredocs = []
        }
        return heredocs.first.map { $0.contentRange.start.line - 1 } ?? range.lines.upperBound
    }
}

extension FileTransfer {
    fileprivate var heredocs: [Heredoc] {
        sources.compactMap { if case .heredoc(let heredoc) = $0 { heredoc } else { nil } }
    }
}
