/// An error as the user meets it: what happened, where in the Dockerfile, what to do.
///
///     error: failed to calculate the checksum of "/mian.go": not found in the build context
///      --> Dockerfile:12:6
///       |
///    12 | COPY mian.go /src/
///       |      ^^^^^^^
///       = help: did you mean "main.go"?
struct ErrorReport: Equatable, Sendable {
    /// A line of a file, and its text as far as it is known.
    struct Location: Equatable, Sendable {
        var file: String
        /// Counted from 1.
        var line: Int
        /// Counted from 1.
        var column: Int?
        /// How many columns from `column` on are marked.
        var length: Int
        /// The lines from `line` on, without their ends.
        var source: [String]

        init(file: String, line: Int, column: Int? = nil, length: Int = 1, source: [String] = []) {
            self.file = file
            self.line = line
            self.column = column
            self.length = length
            self.source = source
        }
    }

    /// One sentence without a full stop.
    var message: String
    var location: Location?
    /// What the user can do about it.
    var help: String?
    /// What is worth knowing besides; each is a sentence.
    var notes: [String] = []
    /// What kind of failure it is, for programs: `process-failed`.
    var code: String?
    /// With which status the program ends.
    var exitCode: ExitCode
    /// Whether nothing is printed: nobody reads the output of the program any more.
    var isSilent = false

    init(_ message: String, location: Location? = nil, help: String? = nil, exitCode: ExitCode = .failure) {
        self.message = message
        self.location = location
        self.help = help
        self.exitCode = exitCode
    }

    /// More lines of one instruction than this are not repeated.
    private static let longestSource = 6
    /// Nor is more of a line than this many columns.
    private static let widestSource = 160

    /// The report as lines, with their ends.
    ///
    /// - Parameter palette: what the terminal can show; the word `error` is coloured, the rest is plain.
    func text(palette: Palette) -> String {
        let ascii = !palette.unicode
        var lines = ["error: " + TerminalText.sanitizedLines(message, ascii: ascii)]
        var gutter = " "
        if let location {
            let last = location.line + max(location.source.count - 1, 0)
            gutter = String(repeating: " ", count: String(last).count)
            let place = "\(location.file):\(location.line)" + (location.column.map { ":\($0)" } ?? "")
            lines.append("\(gutter)--> \(TerminalText.sanitized(place, ascii: ascii))")
            if !location.source.isEmpty {
                lines.append("\(gutter) |")
                for (offset, source) in location.source.prefix(Self.longestSource).enumerated() {
                    let number = String(location.line + offset)
                    let padding = String(repeating: " ", count: gutter.count - number.count)
                    let text = TerminalText.sanitized(source, ascii: ascii)
                    let shown = DisplayWidth.cut(text, to: Self.widestSource, ellipsis: palette.ellipsis)
                    lines.append("\(padding)\(number) | \(shown)")
                }
                let isCut = location.source.count > Self.longestSource
                lines.append("\(gutter) |" + (isCut ? " ..." : location.marker(columns: Self.widestSource)))
            }
        }
        if let help { lines.append("\(gutter) = help: \(TerminalText.sanitizedLines(help, ascii: ascii))") }
        for note in notes { lines.append("\(gutter) = note: \(TerminalText.sanitizedLines(note, ascii: ascii))") }
        return palette.coloringError(lines.joined(separator: "\n")) + "\n"
    }
}

extension ErrorReport.Location {
    /// The line below the source that marks the columns, with a blank in front; empty where no column is known.
    fileprivate func marker(columns: Int) -> String {
        guard let column, source.count == 1 else { return "" }
        let text = source[0]
        let start = text.unicodeScalars.index(text.startIndex, offsetBy: column - 1, limitedBy: text.endIndex)
        guard let start else { return "" }
        let end = text.unicodeScalars.index(start, offsetBy: length, limitedBy: text.endIndex) ?? text.endIndex
        let indent = DisplayWidth.of(TerminalText.sanitized(String(text[..<start]), ascii: false))
        let width = DisplayWidth.of(TerminalText.sanitized(String(text[start..<end]), ascii: false))
        guard indent < columns else { return "" }
        let marks = String(repeating: "^", count: min(max(width, 1), columns - indent))
        return " " + String(repeating: " ", count: indent) + marks
    }
}

extension Palette {
    /// `text` with the leading word `error:` in colour.
    fileprivate func coloringError(_ text: String) -> String {
        let word = "error:"
        return text.hasPrefix(word) ? apply(.bad, to: word) + text.dropFirst(word.count) : text
    }
}

extension TerminalText {
    /// Text of several lines, each sanitised.
    static func sanitizedLines(_ text: String, ascii: Bool) -> String {
        text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
            .map { sanitized(String($0), ascii: ascii) }.joined(separator: "\n")
    }
}
