import Dockerfile

/// The warnings of a build as text below its progress, in docker's form.
enum WarningList {
    /// Empty if there are none.
    static func text(_ warnings: [Diagnostic], palette: Palette? = nil) -> String {
        guard !warnings.isEmpty else { return "" }
        let count = "\(warnings.count) warning\(warnings.count == 1 ? "" : "s") found (use --check to expand):"
        var text = "\n \(palette?.apply(.warning, to: count) ?? count)\n"
        for warning in warnings { text += " - \(TerminalText.sanitized(warning.shortText))\n" }
        return text
    }
}

extension Diagnostic {
    /// `Rule: message (line 3)`, as docker lists a warning.
    var shortText: String {
        "\(code): \(message)" + (range.map { " (line \($0.start.line))" } ?? "")
    }
}
