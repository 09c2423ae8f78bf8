/// The rules about what the instructions of a stage do. They need what the stage has come to.
extension DockerfileChecks {
    /// Words that make a name look like that of a secret, alone or between underscores.
    private static let secretWords: Set<String> = [
        "apikey", "auth", "credential", "credentials", "key", "password", "pword", "passwd", "secret", "token",
    ]
    /// Words that make it harmless after all.
    private static let harmlessWords: Set<String> = ["public", "file", "version"]
    /// Arguments that speak to the builder and are never variables.
    private static let builderArguments: Set<String> = ["BUILDKIT_SBOM_SCAN_CONTEXT", "BUILDKIT_SBOM_SCAN_STAGE"]

    /// `UndefinedVar` for the variables that an expansion did not find. `known` are the names that would have been
    /// found; arguments declared without a value count as defined.
    public func undefinedVariables(
        _ expansion: Expansion, in instruction: Instruction, known: [String], declaredArguments: Set<String>
    ) -> [Diagnostic] {
        let undefined = expansion.undefined.subtracting(declaredArguments).subtracting(Self.builderArguments)
        return undefined.sorted().flatMap { name in
            let suggestion = Suggestion.closest(to: name, among: known).map { " (did you mean $\($0)?)" } ?? ""
            return finding(
                .undefinedVar, "Usage of undefined variable '$\(name)'\(suggestion)", in: instruction)
        }
    }

    /// `MultipleInstructionsDisallowed` for the one before, which is the one that does not count.
    public func repeated(_ instruction: Instruction, previous: SourceRange) -> [Diagnostic] {
        finding(
            .multipleInstructionsDisallowed,
            "Multiple \(instruction.keyword.raw) instructions should not be used in the same stage because only the "
                + "last one will be used", in: instruction, at: previous)
    }

    /// `JSONArgsRecommended` for a `CMD` or `ENTRYPOINT` in shell form in a stage whose shell nobody chose.
    public func shellForm(_ instruction: Instruction) -> [Diagnostic] {
        finding(
            .jsonArgsRecommended,
            "JSON arguments recommended for \(instruction.keyword.raw) to prevent unintended behavior related to OS "
                + "signals", in: instruction)
    }

    /// `WorkdirRelativePath` for the first `WORKDIR` of a stage and the stages it starts from, variables expanded.
    public func relativeWorkdir(_ path: String, in instruction: Instruction) -> [Diagnostic] {
        guard !GoPath.isAbsolute(path) else { return [] }
        return finding(
            .workdirRelativePath,
            "Relative workdir \(path.quotedForMessage) can have unexpected results if the base image changes",
            in: instruction)
    }

    /// `LegacyKeyValueFormat` for a pair of `ENV` or `LABEL`.
    public func legacyFormat(_ pair: KeyValuePair, in instruction: Instruction) -> [Diagnostic] {
        guard pair.isLegacyForm else { return [] }
        let keyword = instruction.keyword.raw
        return finding(
            .legacyKeyValueFormat,
            "\"\(keyword) key=value\" should be used instead of legacy \"\(keyword) key value\" format",
            in: instruction)
    }

    /// Whether the name of a variable looks like that of a secret, so that its value had better not be shown.
    public static func looksSecret(_ name: String) -> Bool {
        let words = Set(name.lowercased().split(separator: "_", omittingEmptySubsequences: false).map(String.init))
        return !words.isDisjoint(with: secretWords) && words.isDisjoint(with: harmlessWords)
    }

    /// `SecretsUsedInArgOrEnv` for a name that `ARG` or `ENV` sets.
    public func secretName(_ name: String, in instruction: Instruction) -> [Diagnostic] {
        guard Self.looksSecret(name) else { return [] }
        return finding(
            .secretsUsedInArgOrEnv,
            "Do not use ARG or ENV instructions for sensitive data (\(instruction.name) \(name.quotedForMessage))",
            in: instruction)
    }

    /// `CopyIgnoredFile` for a source, variables expanded, of the build context.
    public func copyIgnoredFile(_ path: String, in instruction: Instruction) -> [Diagnostic] {
        guard let patterns = ignorePatterns, !patterns.isEmpty, !patterns.hasExceptions else { return [] }
        let path = GoPath.clean(path)
        if path == "." || path == "/" {
            // The root itself cannot be ignored; that everything in it is can.
            guard patterns.positivePatterns.contains(where: { ["*", "**", "**/*"].contains($0) }) else { return [] }
        } else {
            guard patterns.matches(GoPath.isAbsolute(path) ? String(path.dropFirst()) : path) else { return [] }
        }
        let verb = if case .add = instruction.body { "Add" } else { "Copy" }
        return finding(
            .copyIgnoredFile, "Attempting to \(verb) file \(path.quotedForMessage) that is excluded by .dockerignore",
            in: instruction)
    }

    /// `ExposeProtoCasing` and `ExposeInvalidFormat` for a word of `EXPOSE`, variables expanded.
    public func exposedPort(_ text: String, in instruction: Instruction) -> [Diagnostic] {
        guard let port = try? PortSpecification(parsing: text) else { return [] }
        var findings: [Diagnostic] = []
        if port.hasCapitalTransport {
            findings += finding(
                .exposeProtoCasing, "Defined protocol '\(text)' in EXPOSE instruction should be lowercase",
                in: instruction)
        }
        if port.hasHostPart {
            findings += finding(
                .exposeInvalidFormat,
                "EXPOSE instruction should not define an IP address or host-port mapping, found '\(text)'",
                in: instruction)
        }
        return findings
    }
}
