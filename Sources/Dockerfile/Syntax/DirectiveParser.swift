/// Recognises parser directives: `# key=value` at the very top of a file.
struct DirectiveParser {
    /// The names of the directives.
    static let names = ["syntax", "escape", "check"]

    /// The directives found.
    private(set) var directives = Directives(syntax: nil, escape: .backslash, check: nil, checks: nil)
    private let source: SourceFile
    private var seen: Set<String> = []
    /// Whether no directive can follow any more.
    private(set) var isDone = false

    init(source: SourceFile) {
        self.source = source
    }

    /// Looks at a line (leading blanks removed) and tells whether it is a directive. The first line that is none ends
    /// the directives.
    mutating func consume(_ line: ArraySlice<UInt8>) throws(DockerfileError) -> Bool {
        guard !isDone else { return false }
        guard line.first == Byte.hash, let found = Self.split(line.dropFirst()),
            Self.names.contains(found.key)
        else {
            isDone = true
            return false
        }
        let range = source.range(found.value.startIndex..<found.value.endIndex)
        guard seen.insert(found.key).inserted else {
            throw DockerfileError(
                .invalidDirective, "only one \(found.key) parser directive can be used", help: "remove this line",
                at: source.range(line.startIndex..<line.endIndex), in: source)
        }
        let word = Word(raw: String(decoding: found.value, as: UTF8.self), range: range)
        switch found.key {
        case "syntax":
            directives.syntax = word
        case "escape":
            guard word.raw.unicodeScalars.count == 1, let character = word.raw.first,
                let token = EscapeToken(rawValue: character)
            else {
                throw DockerfileError(
                    .invalidDirective, "invalid escape token '\(word.raw)' does not match ` or \\",
                    help: "write \"# escape=\\\" or \"# escape=`\"", at: range, in: source)
            }
            directives.escape = token
        default:
            directives.check = word
            do {
                // What follows a blank is a remark.
                directives.checks = try CheckConfiguration(parsing: String(word.raw.prefix { $0 != " " }))
            } catch {
                throw DockerfileError(.invalidDirective, error.message, help: error.help, at: range, in: source)
            }
        }
        return true
    }

    /// Splits `key = value`; the key in lower case. Matches `^([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(.+?)\s*$`.
    static func split(_ text: ArraySlice<UInt8>) -> (key: String, value: ArraySlice<UInt8>)? {
        let blank: (UInt8) -> Bool = { Byte.isBlank($0) }
        let text = Byte.droppingLeadingWhitespace(text)
        let key = text.prefix { Byte.isLetter($0) || Byte.isDigit($0) }
        guard let first = key.first, Byte.isLetter(first) else { return nil }
        let rest = text[key.endIndex...].drop(while: blank)
        guard rest.first == Byte.equals else { return nil }
        var value = rest.dropFirst().drop(while: blank)
        while let last = value.last, Byte.isBlank(last) { value.removeLast() }
        guard !value.isEmpty else { return nil }
        return (String(decoding: key, as: UTF8.self).lowercased(), value)
    }
}
