/// Runs the build checks.
///
/// `textFindings()` gives what the text alone shows. The other rules need values that only planning knows (the
/// environment of a base image, expanded words): for each there is a function that turns what the planner found into a
/// diagnostic, or into none where the rule does not apply or the configuration skips it.
///
/// A finding is about the whole instruction, as BuildKit has it: `range` is the instruction's.
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
}
