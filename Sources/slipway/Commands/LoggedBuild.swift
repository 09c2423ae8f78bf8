import BuildEngine
import ContentStore

/// A build as `slipway logs` and `slipway debug` know it: its record, and what is kept of it beside.
struct LoggedBuild {
    var report: BuildReport
    var logs: [StepLog]
    /// Whether its process still runs.
    var isRunning: Bool
    /// Whether the failed step can be reopened.
    var hasState: Bool

    var id: Int64 { report.id }

    /// How it ended, in a word.
    var status: String {
        switch report.outcome {
        case .done, .cached: "built"
        case .failed: "failed"
        case .canceled: "canceled"
        case .running: isRunning ? "running" : "killed"
        }
    }

    init(_ report: BuildReport, in store: ContentStore) throws {
        self.report = report
        logs = try StepLog.all(of: report.id, in: store)
        isRunning = try report.outcome == .running && store.isBuildDirectoryHeld(report.id)
        hasState = KeptStep.exists(for: report.id, in: store)
    }

    /// Those that have logs, the last one first.
    static func all(in store: ContentStore) throws -> [LoggedBuild] {
        let kept = Set(try store.buildDirectories())
        return try BuildReport.all(in: store).filter { kept.contains($0.id) }.map { try LoggedBuild($0, in: store) }
    }

    /// The build of a number, the last one of an image, or the last one of all that executed anything.
    static func find(_ text: String?, in store: ContentStore) throws -> LoggedBuild {
        try LoggedBuild(try report(text, in: store), in: store)
    }

    private static func report(_ text: String?, in store: ContentStore) throws -> BuildReport {
        let reports = try BuildReport.all(in: store)
        guard let text else {
            let kept = Set(try store.buildDirectories())
            if let last = reports.first(where: { kept.contains($0.id) }) { return last }
            throw CommandFailure("no build in \(store.root) has logs", help: "build something first")
        }
        if let number = Int64(text), let report = reports.first(where: { $0.id == number }) { return report }
        if let report = BuildReport.find(text, in: reports) { return report }
        throw CommandFailure("there is no build \(text)", help: "slipway logs --list shows which there are")
    }
}
