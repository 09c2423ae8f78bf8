/// Which build checks run and whether they fail the build: the value of `# check=`.
public struct CheckConfiguration: Sendable, Hashable {
    /// The rules that are not run, by name.
    public var skippedRules: Set<String>
    /// Whether no rule is run.
    public var skipsAll: Bool
    /// The experimental rules that are run, by name.
    public var experimentalRules: Set<String>
    /// Whether all experimental rules are run.
    public var runsAllExperimental: Bool
    /// Whether a violation fails the build.
    public var failsBuild: Bool

    /// Runs every rule that is not experimental and fails nothing.
    public init() {
        skippedRules = []
        skipsAll = false
        experimentalRules = []
        runsAllExperimental = false
        failsBuild = false
    }
}
