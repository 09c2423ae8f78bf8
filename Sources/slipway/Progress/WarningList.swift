/// The warnings of a build as text below its progress, in docker's form.
enum WarningList {
    /// Empty if there are none.
    static func text(_ warnings: [StepBoard.Warning]) -> String {
        guard !warnings.isEmpty else { return "" }
        var text = "\n \(warnings.count) warning\(warnings.count == 1 ? "" : "s") found:\n"
        for warning in warnings {
            text += " - \(warning.code): \(TerminalText.sanitized(warning.message))"
            if let line = warning.line { text += " (line \(line))" }
            if let url = warning.url { text += "\n   \(url)" }
            text += "\n"
        }
        return text
    }
}
