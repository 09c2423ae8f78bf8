public import Dockerfile

/// What planning has come to.
public struct PlanReport: Sendable {
    /// What a plan that succeeded has made.
    public struct Product: Sendable {
        /// What the build has to do.
        public var graph: BuildGraph
        /// What the build can be given.
        public var outline: BuildOutline
    }

    /// What the build checks found, in BuildKit's order: in the text, in every `FROM`, and in the stages, one after the
    /// other.
    public var findings: [Diagnostic]
    /// The plan, or why there is none: `DockerfileError` for what is wrong in the Dockerfile (also for findings where
    /// `check=error=true` is set), ``BaseImageError`` for an image that cannot be had, `CancellationError`.
    public var result: Result<Product, any Error>
}
