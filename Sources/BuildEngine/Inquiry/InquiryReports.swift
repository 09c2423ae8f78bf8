public import BuildGraph
public import Dockerfile

/// What the build checks found in a Dockerfile.
public struct CheckReport: Sendable {
    /// The Dockerfile.
    public var source: SourceFile
    /// In BuildKit's order; see `PlanReport`. Those found before the failure, if there is one.
    public var findings: [Diagnostic]
    /// Why the Dockerfile cannot be built.
    public var failure: BuildError?

    /// A report of the given parts.
    public init(source: SourceFile, findings: [Diagnostic], failure: BuildError? = nil) {
        self.source = source
        self.findings = findings
        self.failure = failure
    }
}

/// What a build of a Dockerfile can be given.
public struct OutlineReport: Sendable {
    /// The Dockerfile.
    public var source: SourceFile
    /// The parameters of its target.
    public var outline: BuildOutline

    /// A report of the given parts.
    public init(source: SourceFile, outline: BuildOutline) {
        self.source = source
        self.outline = outline
    }
}
