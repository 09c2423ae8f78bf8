/// The rules about how the file is written.
extension DockerfileChecks {
    /// All instructions in order.
    private var instructions: [Instruction] {
        dockerfile.globalArguments + dockerfile.stages.flatMap { [$0.fromInstruction] + $0.instructions }
    }

    func textFindings() -> [Diagnostic] {
        instructions.flatMap { instruction in
            var findings: [Diagnostic] = []
            if let line = instruction.emptyContinuations.last {
                findings += finding(.noEmptyContinuation, "Empty continuation line", in: instruction, at: line)
            }
            switch instruction.body {
            case .maintainer:
                findings += finding(
                    .maintainerDeprecated, "Maintainer instruction is deprecated in favor of using label",
                    in: instruction)
            case .arg(let arg): findings += describing("ARG", arg.arguments.map(\.name.raw), instruction)
            case .from(let from):
                if let name = from.name { findings += describing("FROM", [name.raw.lowercased()], instruction) }
                findings += fromCasing(from, instruction)
            default: break
            }
            return findings
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
                .stageNameCasing, "Stage name '\(name.raw)' should be lowercase", in: instruction, at: name.range)
        }
        let written = instruction.keyword.raw
        let isLower = written == written.lowercased()
        let isUpper = written == written.uppercased()
        let fits = keyword.raw == (isLower ? keyword.raw.lowercased() : keyword.raw.uppercased())
        if isLower || isUpper, !fits {
            findings += finding(
                .fromAsCasing, "'\(keyword.raw)' and '\(written)' keywords' casing do not match", in: instruction,
                at: keyword.range)
        }
        return findings
    }

    func casingFindings() -> [Diagnostic] {
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
                "Command '\(written)' should match the case of the command majority (\(casing))", in: instruction,
                at: instruction.keyword.range)
        }
    }

    func stageNameFindings() -> [Diagnostic] {
        var seen: Set<String> = []
        return dockerfile.stages.flatMap { stage in
            guard let name = stage.name else { return [Diagnostic]() }
            var findings: [Diagnostic] = []
            let range = stage.from.name?.range
            if name == "context" || name == "scratch" {
                findings += finding(
                    .reservedStageName,
                    "Stage name should not use the same name as reserved stage \(name.quotedForMessage)",
                    in: stage.fromInstruction, at: range)
            }
            if !seen.insert(name).inserted {
                findings += finding(
                    .duplicateStageName,
                    "Duplicate stage name \(name.quotedForMessage), stage names should be unique",
                    in: stage.fromInstruction, at: range)
            }
            return findings
        }
    }
}
