import BuildEngine
import FileSystem
import FoundationEssentials

/// What `slipway explain` shows of a build: its steps by stage, each with what became of it and why.
struct ExplainListing {
    var report: BuildReport
    var now: Date

    var text: String {
        var text = header + "\n"
        for step in report.steps {
            let name = TerminalText.sanitized(step.name)
            text += "\n\(name)\n    \(ending(of: step))\n"
            if let error = step.error { text += "    \(TerminalText.sanitized(error))\n" }
            for line in ExplanationText.lines(step.explanation, now: now) { text += "    \(line)\n" }
        }
        return text
    }

    private var header: String {
        let ending =
            switch report.outcome {
            case .done, .cached: "built"
            case .failed: "failed"
            case .canceled: "canceled"
            case .running: "not ended"
            }
        let seconds = DurationText.short(Double(report.milliseconds) / 1000)
        let age = AgeText.since(report.started.seconds, now: Int64(now.timeIntervalSince1970))
        let steps = "\(report.executedCount) of \(report.steps.count) steps ran"
        return TerminalText.sanitized(
            "Build \(report.id) of \(report.label), \(age): \(ending) in \(seconds), \(steps)")
    }

    private func ending(of step: BuildReport.Step) -> String {
        let seconds = DurationText.fixed(Double(step.milliseconds) / 1000, digits: 1) + "s"
        return switch step.outcome {
        case .done: "DONE \(seconds)"
        case .cached: "CACHED" + ExplanationText.cached(step.explanation)
        case .failed: "ERROR \(seconds)"
        case .canceled: "CANCELED"
        case .running: "not ended"
        case nil: "not begun"
        }
    }
}
