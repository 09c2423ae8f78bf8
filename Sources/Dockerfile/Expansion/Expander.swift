/// Replaces variables and removes quotes, the way the Dockerfile language does it (not quite as a shell does).
///
///     let expander = Expander(escape: dockerfile.directives.escape, source: dockerfile.source) { variables[$0] }
///     let directory = try expander.expandWord(instruction.path)
///
/// Known forms are `$name`, `${name}`, `${name:-word}`, `${name-word}`, `:+`, `+`, `:?`, `?`, `#`, `##`, `%`, `%%`,
/// `/pattern/replacement` and `//pattern/replacement`; words and patterns may contain further expansions. A variable
/// without a value is the empty string.
public struct Expander {
    /// How an expansion treats quotes, escapes and variables without a value.
    struct Options: Sendable {
        /// Quotes stay in the result.
        var keepsQuotes = false
        /// Escape tokens stay in the result.
        var keepsEscapes = false
        /// Quotes have no meaning.
        var ignoresQuotes = false
        /// A variable without a value stays as it is written.
        var keepsUndefined = false
    }

    /// The token that escapes characters.
    public let escape: EscapeToken
    /// The file named in errors.
    public let source: SourceFile?
    private let lookup: (String) -> String?

    /// Makes an expander. `lookup` is asked for the value of each variable and answers nil if it has none.
    public init(escape: EscapeToken = .backslash, source: SourceFile? = nil, lookup: @escaping (String) -> String?) {
        self.escape = escape
        self.source = source
        self.lookup = lookup
    }

    /// Expands a word to one string.
    public func expandWord(_ word: Word) throws(DockerfileError) -> String {
        try expand(word).text
    }

    /// Expands a word and splits the result at blanks that are not quoted (`EXPOSE $PORTS`).
    public func expandWords(_ word: Word) throws(DockerfileError) -> [String] {
        try expand(word).words
    }

    /// Expands a word and tells which variables it used.
    public func expand(_ word: Word) throws(DockerfileError) -> Expansion {
        do {
            return try expand(text: word.raw)
        } catch {
            throw located(error, at: word.range)
        }
    }

    /// Expands the text of a heredoc of `COPY` or `ADD`: quotes stay, the escape token is always `\`.
    public func expandRaw(_ heredoc: Heredoc) throws(DockerfileError) -> Expansion {
        do {
            return try expandRaw(text: heredoc.text)
        } catch {
            throw located(error, at: heredoc.contentRange)
        }
    }

    /// Expands text that has no place in a file.
    public func expand(text: String) throws(ExpansionError) -> Expansion {
        try expand(text, escape: escape, options: Options())
    }

    /// Expands text as in the body of a heredoc: quotes stay, the escape token is always `\`.
    public func expandRaw(text: String) throws(ExpansionError) -> Expansion {
        try expand(text, escape: .backslash, options: Options(ignoresQuotes: true))
    }

    /// Expands text for people to read (the name of a step): quotes and variables without a value stay; text that
    /// cannot be expanded is returned as it is.
    public func expandForDisplay(_ text: String) -> String {
        let options = Options(keepsQuotes: true, keepsUndefined: true)
        guard let expansion = try? expand(text, escape: escape, options: options) else { return text }
        return expansion.text
    }

    private func expand(
        _ text: String, escape: EscapeToken, options: Options
    ) throws(ExpansionError) -> Expansion {
        var scanner = ExpansionScanner(text, escape: escape, options: options, lookup: lookup)
        do {
            return try scanner.run()
        } catch {
            throw ExpansionError("failed to process \(text.quotedForMessage): \(error.message)")
        }
    }

    private func located(_ error: ExpansionError, at range: SourceRange) -> DockerfileError {
        DockerfileError(.expansion, error.message, at: range, in: source)
    }
}
