/// A Dockerfile that cannot be built, with the place that makes it so.
public struct DockerfileError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong and where.
    public var diagnostic: Diagnostic

    /// Makes an error from a diagnostic.
    public init(_ diagnostic: Diagnostic) {
        self.diagnostic = diagnostic
    }

    /// Makes an error about a place in a source file.
    public init(
        _ code: Diagnostic.Code, _ message: String, help: String? = nil, at range: SourceRange?, in source: SourceFile?
    ) {
        self.init(
            Diagnostic(severity: .error, code: code, message: message, help: help, range: range, source: source))
    }

    /// The message alone, without the place.
    public var message: String { diagnostic.message }

    /// The diagnostic rendered with its source lines.
    public var description: String { diagnostic.description }
}
