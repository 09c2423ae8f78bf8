/// An error as the user meets it: what happened, where in the Dockerfile, what to do.
///
///     error: process "/bin/sh -c false" did not complete successfully: exit code: 1
///      --> Dockerfile:12
///       |
///    12 | RUN false
///       |
///       = help: …
struct ErrorReport: Equatable, Sendable {
    /// A line of a file, and its text as far as it is known.
    struct Location: Equatable, Sendable {
        var file: String
        /// Counted from 1.
        var line: Int
        /// Counted from 1.
        var column: Int?
        /// The lines from `line` on, without their ends.
        var source: [String]

        init(file: String, line: Int, column: Int? = nil, source: [String] = []) {
            self.file = file
            self.line = line
            self.column = column
            self.source = source
        }
    }

    /// One sentence without a full stop.
    var message: String
    var location: Location?
    /// What the user can do about it.
    var help: String?
    /// Text that already renders all of the above, for diagnostics that mark columns.
    var rendered: String?
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
        if let rendered { return palette.coloringError(rendered) + "\n" }
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
                lines.append(location.source.count > Self.longestSource ? "\(gutter) | ..." : "\(gutter) |")
            }
        }
        if let help { lines.append("\(gutter) = help: \(TerminalText.sanitizedLines(help, ascii: ascii))") }
        return palette.coloringError(lines.joined(separator: "\n")) + "\n"
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
