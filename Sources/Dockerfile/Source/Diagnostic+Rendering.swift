extension Diagnostic: CustomStringConvertible {
    /// The most lines of source that are shown.
    private static let maximumLines = 6
    /// The most characters of one line that are shown.
    private static let maximumWidth = 160

    /// `Dockerfile:12:5`, if the diagnostic has a place.
    public var locationDescription: String? {
        guard let range, let source else { return nil }
        return "\(source.name):\(range.start.line):\(range.start.column)"
    }

    /// The diagnostic as text of several lines: message, place, the source lines with the place marked, help.
    ///
    ///     error: unknown instruction: FOO
    ///      --> Dockerfile:2:1
    ///       |
    ///     2 | FOO bar
    ///       | ^^^
    ///       = help: did you mean FROM?
    public var description: String {
        var lines = ["\(severity.rawValue): \(Self.printable(message))"]
        let gutter = String(repeating: " ", count: numberWidth)
        if let locationDescription {
            lines.append("\(gutter)--> \(locationDescription)")
            lines += sourceLines()
        }
        if let help { lines.append("\(gutter) = help: \(Self.printable(help))") }
        if let url { lines.append("\(gutter) = see: \(url)") }
        return lines.joined(separator: "\n")
    }

    private var numberWidth: Int {
        guard let range else { return 1 }
        return String(range.lines.upperBound).count
    }

    private func sourceLines() -> [String] {
        guard let range, let source else { return [] }
        let gutter = String(repeating: " ", count: numberWidth)
        var output = ["\(gutter) |"]
        let shown = range.lines.prefix(Self.maximumLines)
        for number in shown {
            let text = Self.printable(source.line(number))
            let padding = String(repeating: " ", count: numberWidth - String(number).count)
            let marker = range.lines.count > 1 ? ">>> " : ""
            output.append("\(padding)\(number) | \(marker)\(text)".trimmedAtEnd(to: Self.maximumWidth))
            guard range.lines.count == 1 else { continue }
            let start = range.start.column
            let length = max(1, range.end.line == number ? range.end.column - start : 1)
            guard start <= Self.maximumWidth else { continue }
            let carets = String(repeating: "^", count: min(length, Self.maximumWidth - start + 1))
            output.append("\(gutter) | \(String(repeating: " ", count: start - 1))\(carets)")
        }
        if range.lines.count > shown.count { output.append("\(gutter) | ...") }
        return output
    }

    /// Replaces control characters, so that a hostile file cannot drive the terminal; a tab becomes one blank so that
    /// the marks below stay aligned.
    private static func printable(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x09: scalars.append(" ")
            case 0x0A: scalars.append("\n")
            case 0..<0x20, 0x7F..<0xA0, 0x200B...0x200F, 0x202A...0x202E, 0x2066...0x2069, 0xFEFF:
                scalars.append("\u{FFFD}")
            default: scalars.append(scalar)
            }
        }
        return String(scalars)
    }
}

extension String {
    /// At most `count` characters, with an ellipsis if some were cut, and no blanks at the end.
    fileprivate func trimmedAtEnd(to count: Int) -> String {
        var text = unicodeScalars.count > count ? String(unicodeScalars.prefix(count)) + "…" : self
        while text.last == " " { text.removeLast() }
        return text
    }
}
