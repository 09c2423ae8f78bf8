/// The rules about what the instructions of a stage do.
extension DockerfileChecks {
    /// Words that make a name look like that of a secret, alone or between underscores.
    private static let secretWords: Set<String> = [
        "apikey", "auth", "credential", "credentials", "key", "password", "pword", "passwd", "secret", "token",
    ]
    /// Words that make it harmless after all.
    private static let harmlessWords: Set<String> = ["public", "file", "version"]

    func stageFindings(_ stage: Stage) -> [Diagnostic] {
        var findings: [Diagnostic] = []
        var last: [String: Instruction] = [:]
        var hasWorkdir = baseStages(of: stage).contains { base in base.instructions.contains { $0.name == "WORKDIR" } }
        var hasShell = baseStages(of: stage).contains { base in base.instructions.contains { $0.name == "SHELL" } }
        for instruction in stage.instructions {
            switch instruction.body {
            case .cmd(let command), .entrypoint(let command):
                findings += usedOnce(instruction, &last)
                if command.isShell, !hasShell { findings += shellForm(instruction) }
            case .healthcheck: findings += usedOnce(instruction, &last)
            case .shell: hasShell = true
            case .workdir(let word):
                if !hasWorkdir, let path = constant(word), !GoPath.isAbsolute(path) {
                    findings += finding(
                        .workdirRelativePath,
                        "Relative workdir \(path.quotedForMessage) can have unexpected results if the base image "
                            + "changes", in: instruction, at: word.range)
                }
                hasWorkdir = true
            case .env(let env): findings += pairs(env.pairs, instruction, mayBeSecret: true)
            case .label(let label): findings += pairs(label.pairs, instruction, mayBeSecret: false)
            case .arg(let arg): findings += arg.arguments.flatMap { secretName($0.name, instruction) }
            case .expose(let words):
                findings += words.compactMap(constant).flatMap { exposedPort($0, in: instruction) }
            case .copy(let copy) where copy.from == nil: findings += ignoredSources(copy.transfer, instruction)
            case .add(let add): findings += ignoredSources(add.transfer, instruction)
            default: break
            }
        }
        return findings
    }

    /// The stages that a stage starts from, nearest first.
    private func baseStages(of stage: Stage) -> [Stage] {
        var bases: [Stage] = []
        var current = stage
        while let name = constant(current.from.image),
            let base = dockerfile.stages[..<current.index].last(where: { $0.name == name })
        {
            bases.append(base)
            current = base
        }
        return bases
    }

    /// The one before is the one that does not count.
    private func usedOnce(_ instruction: Instruction, _ last: inout [String: Instruction]) -> [Diagnostic] {
        let previous = last.updateValue(instruction, forKey: instruction.name)
        guard let previous else { return [] }
        return finding(
            .multipleInstructionsDisallowed,
            "Multiple \(instruction.keyword.raw) instructions should not be used in the same stage because only the "
                + "last one will be used", in: instruction, at: previous.range)
    }

    private func shellForm(_ instruction: Instruction) -> [Diagnostic] {
        finding(
            .jsonArgsRecommended,
            "JSON arguments recommended for \(instruction.keyword.raw) to prevent unintended behavior related to OS "
                + "signals", in: instruction)
    }

    private func pairs(_ pairs: [KeyValuePair], _ instruction: Instruction, mayBeSecret: Bool) -> [Diagnostic] {
        pairs.flatMap { pair in
            var findings: [Diagnostic] = []
            if pair.isLegacyForm {
                let keyword = instruction.keyword.raw
                findings += finding(
                    .legacyKeyValueFormat,
                    "\"\(keyword) key=value\" should be used instead of legacy \"\(keyword) key value\" format",
                    in: instruction)
            }
            if mayBeSecret { findings += secretName(pair.key, instruction) }
            return findings
        }
    }

    private func secretName(_ word: Word, _ instruction: Instruction) -> [Diagnostic] {
        guard let name = constant(word) else { return [] }
        let words = Set(name.lowercased().split(separator: "_", omittingEmptySubsequences: false).map(String.init))
        guard !words.isDisjoint(with: Self.secretWords), words.isDisjoint(with: Self.harmlessWords) else { return [] }
        return finding(
            .secretsUsedInArgOrEnv,
            "Do not use ARG or ENV instructions for sensitive data (\(instruction.name) \(name.quotedForMessage))",
            in: instruction, at: word.range)
    }

    private func ignoredSources(_ transfer: FileTransfer, _ instruction: Instruction) -> [Diagnostic] {
        transfer.sources.flatMap { source -> [Diagnostic] in
            guard case .path(let word) = source, let path = constant(word), !path.contains("://"),
                !path.hasPrefix("git@")
            else { return [] }
            return copyIgnoredFile(path, in: instruction, at: word.range)
        }
    }
}
