/// The patterns of a `.dockerignore` file or of `COPY --exclude`.
///
/// A path is ignored if the last pattern that matches it, or one of the directories above it, does not start with `!`.
/// `**` is any number of directories. This is not the language of `.gitignore`: a pattern without slash matches at the
/// top only.
public struct IgnorePatterns: Sendable {
    /// Which patterns matched a directory and those above it: what is needed to match the entries in it.
    public struct Match: Sendable {
        /// Whether the path is ignored.
        public let isIgnored: Bool
        fileprivate let matched: [Bool]
    }

    struct Pattern: Sendable {
        var text: String
        var compiled: PathPattern
        var isException: Bool
        /// The line in the file, counted from 1; or the place in the list of patterns.
        var line: Int
    }

    let patterns: [Pattern]
    private let hasException: Bool

    init(patterns: [Pattern]) {
        self.patterns = patterns
        hasException = patterns.contains { $0.isException }
    }

    /// Whether there is no pattern.
    public var isEmpty: Bool { patterns.isEmpty }

    /// Whether a pattern starts with `!`.
    public var hasExceptions: Bool { hasException }

    /// The patterns that do not start with `!`, cleaned.
    public var positivePatterns: [String] { patterns.filter { !$0.isException }.map(\.text) }

    /// Whether a path is ignored. The path is relative, slash-separated and clean; `.` is never ignored.
    public func matches(_ path: String) -> Bool {
        decisivePattern(for: path).map { !$0.isException } ?? false
    }

    /// The line of the pattern that ignores a path, counted from 1, and the pattern itself, cleaned; nil for a path that
    /// is not ignored.
    public func pattern(ignoring path: String) -> (line: Int, text: String)? {
        decisivePattern(for: path).flatMap { $0.isException ? nil : ($0.line, $0.text) }
    }

    /// The last pattern that matches decides.
    private func decisivePattern(for path: String) -> Pattern? {
        guard path != ".", !path.isEmpty, !patterns.isEmpty else { return nil }
        let scalars = Array(path.unicodeScalars)
        let ends = scalars.indices.filter { scalars[$0] == "/" } + [scalars.count]
        return patterns.last { pattern in ends.contains { pattern.compiled.matches(scalars[..<$0]) } }
    }

    /// Matches a path whose parent directory was matched before; `parent` is nil at the top. Walking a tree this way
    /// looks at each path once instead of at all directories above it.
    public func match(_ path: String, below parent: Match?) -> Match {
        let scalars = Array(path.unicodeScalars)[...]
        var isIgnored = false
        var matched = parent?.matched ?? [Bool](repeating: false, count: patterns.count)
        for (index, pattern) in patterns.enumerated() {
            if !matched[index] { matched[index] = pattern.compiled.matches(scalars) }
            if matched[index] { isIgnored = !pattern.isException }
        }
        return Match(isIgnored: isIgnored, matched: matched)
    }

    /// Whether anything below an ignored directory may be taken in again by a `!` pattern; if not, the directory need
    /// not be read. May answer true without cause, never false without.
    public func mayContainExceptions(below directory: String) -> Bool {
        guard hasException else { return false }
        let parents = directory.utf8.split(separator: Byte.slash)
        var path = ""
        var match: Match?
        for parent in parents {
            path += (path.isEmpty ? "" : "/") + String(Substring(parent))
            match = self.match(path, below: match)
        }
        return mayContainExceptions(below: directory, match)
    }

    /// The same for a directory that was matched before.
    public func mayContainExceptions(below directory: String, _ match: Match?) -> Bool {
        guard hasException else { return false }
        // An exception only counts behind the last pattern that ignores the directory.
        let last = match.flatMap { match in
            patterns.indices.last { match.matched[$0] && !patterns[$0].isException }
        }
        let start = Array((directory + "/").unicodeScalars)[...]
        return patterns[(last.map { $0 + 1 } ?? 0)...].contains {
            $0.isException && $0.compiled.mayMatch(startingWith: start)
        }
    }
}
