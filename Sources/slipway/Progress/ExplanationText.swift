import BuildEngine
import FileSystem
import FoundationEssentials

/// An explanation of a step as lines of text, fit for a terminal.
enum ExplanationText {
    /// The reasons, then the build that the step was compared with; nothing for a step from the cache.
    static func lines(_ explanation: StepExplanation?, now: Date) -> [String] {
        guard let explanation else { return [] }
        var lines = explanation.reasons.map { TerminalText.sanitized("\($0)") }
        if let earlier = explanation.earlier {
            let age = AgeText.since(earlier.started.seconds, now: Int64(now.timeIntervalSince1970))
            lines.append(TerminalText.sanitized("compared with build \(earlier.id) of \(earlier.label), \(age)"))
        }
        return lines
    }

    /// By which of its keys a step was found in the cache: ` (same inputs)`. Empty for any other.
    static func cached(_ explanation: StepExplanation?) -> String {
        guard let explanation, explanation.verdict != .executed else { return "" }
        return " (\(explanation.verdict.rawValue))"
    }
}
