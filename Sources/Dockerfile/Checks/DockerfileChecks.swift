/// Runs the build checks.
///
/// `findings()` gives what the text alone shows. Some rules need values that only planning knows (the environment of a
/// base image, expanded words): for these there are functions that turn what the planner found into a diagnostic, or
/// into none where the configuration skips the rule.
public struct DockerfileChecks: Sendable {
    let dockerfile: Dockerfile
    let ignorePatterns: IgnorePatterns?
    /// What runs for instructions without a `check` comment of their own.
    public let configuration: CheckConfiguration

    /// Prepares the checks of a Dockerfile.
    ///
    /// `configuration` replaces that of the `# check=` directive (the build argument `BUILDKIT_DOCKERFILE_CHECK` does).
    /// `ignorePatterns` are those of the build context, if it has any.
    public init(
        _ dockerfile: Dockerfile, configuration: CheckConfiguration? = nil, ignorePatterns: IgnorePatterns? = nil
    ) {
        self.dockerfile = dockerfile
        self.ignorePatterns = ignorePatterns
        self.configuration = configuration ?? dockerfile.directives.checks ?? CheckConfiguration()
    }

    /// What the text shows, in the order of the lines. Rules about what a stage does run only for the stages with
    /// these indices; nil is all of them.
    public func findings(inStages stages: Set<Int>? = nil) -> [Diagnostic] {
        var findings = textFindings() + stageNameFindings() + casingFindings() + fromFindings()
        for stage in dockerfile.stages where stages?.contains(stage.index) ?? true {
            findings += stageFindings(stage)
        }
        return findings.enumerated().sorted { left, right in
            let lines = (left.element.range?.start.line ?? 0, right.element.range?.start.line ?? 0)
            return lines.0 == lines.1 ? left.offset < right.offset : lines.0 < lines.1
        }.map(\.element)
    }

    /// A finding, unless the rule is skipped for the instruction.
    func finding(
        _ rule: CheckRule, _ message: String, in instruction: Instruction, at range: SourceRange? = nil
    ) -> [Diagnostic] {
        guard configuration.merging(instruction.checks).runs(rule) else { return [] }
        return [
            Diagnostic(
                severity: .warning, code: Diagnostic.Code(rawValue: rule.rawValue), message: message, url: rule.url,
                range: range ?? instruction.range, source: dockerfile.source)
        ]
    }

    /// The text of a word that contains no variable; nil if it contains one.
    func constant(_ word: Word) -> String? {
        var hasVariable = false
        let expander = Expander(escape: dockerfile.directives.escape) { _ in
            hasVariable = true
            return nil
        }
        guard let expansion = try? expander.expand(text: word.raw), !hasVariable else { return nil }
        return expansion.text
    }
}

// MARK: - Rules that need values

extension DockerfileChecks {
    /// `UndefinedVar` for the variables that an expansion did not find. `known` are the names that would have been
    /// found; arguments declared without a value count as defined.
    public func undefinedVariables(
        _ expansion: Expansion, in instruction: Instruction, known: [String], declaredArguments: Set<String>
    ) -> [Diagnostic] {
        expansion.undefined.subtracting(declaredArguments).sorted().flatMap { name in
            let suggestion = Suggestion.closest(to: name, among: known).map { " (did you mean $\($0)?)" } ?? ""
            return finding(
                .undefinedVar, "Usage of undefined variable '$\(name)'\(suggestion)", in: instruction)
        }
    }

    /// `InvalidBaseImagePlatform`, given that the platforms (`os/architecture[/variant]`) differ.
    public func invalidBaseImagePlatform(
        image: String, expected: String, actual: String, in stage: Stage
    ) -> [Diagnostic] {
        finding(
            .invalidBaseImagePlatform,
            "Base image \(image) was pulled with platform \(actual.quotedForMessage), expected "
                + "\(expected.quotedForMessage) for current build", in: stage.fromInstruction)
    }

    /// `CopyIgnoredFile` for a source, variables expanded, of the build context.
    public func copyIgnoredFile(_ path: String, in instruction: Instruction, at range: SourceRange) -> [Diagnostic] {
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
            in: instruction, at: range)
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
