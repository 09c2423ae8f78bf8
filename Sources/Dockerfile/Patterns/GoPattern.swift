/// A wildcard pattern with the rules of Go's `filepath.Match`, as `COPY` and `ADD` use it.
///
/// `*` is any text without `/`, `?` any character but `/`, `[a-z]` and `[^a-z]` are classes, `\` makes the next
/// character literal. The pattern must match the whole path.
public struct GoPattern: Sendable, Hashable {
    /// A pattern that is malformed.
    public struct SyntaxError: Error, Sendable, Hashable, CustomStringConvertible {
        /// The pattern.
        public var pattern: String

        /// What is wrong.
        public var description: String { "syntax error in pattern: \(pattern.quotedForMessage)" }
    }

    private let compiled: PathPattern

    /// Compiles a pattern.
    public init(_ pattern: String) throws(SyntaxError) {
        var parser = PatternParser(pattern)
        compiled = PathPattern(try parser.parse(doubleStars: false))
    }

    /// Whether the whole path matches.
    public func matches(_ path: String) -> Bool {
        compiled.matches(Array(path.unicodeScalars)[...])
    }

    /// Whether the text contains a character that `filepath.Match` treats specially: `*`, `?`, `[` or `\`.
    public static func hasWildcards(_ text: String) -> Bool {
        text.utf8.contains { "*?[\\".utf8.contains($0) }
    }
}
