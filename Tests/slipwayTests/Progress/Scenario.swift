import BuildEngine
import Dockerfile
import FoundationEssentials
import OCI

@testable import slipway

/// Events for renderers, with times in seconds since the start of the build.
enum Scenario {
    static let start = Date(timeIntervalSince1970: 1_700_000_000)

    static func date(_ seconds: Double) -> Date { start.addingTimeInterval(seconds) }

    static func step(_ number: Int, _ name: String, stage: String? = nil, inputs: [Int] = [], line: Int? = nil)
        -> StepDescription
    {
        StepDescription(
            id: StepID(rawValue: number), digest: Digest.sha256(of: name), name: name, stage: stage,
            inputs: inputs.map(StepID.init(rawValue:)), line: line)
    }

    static func planned(_ steps: StepDescription...) -> ProgressEvent {
        ProgressEvent(time: start, kind: .planned(steps))
    }

    static func started(_ number: Int, at seconds: Double) -> ProgressEvent {
        ProgressEvent(time: date(seconds), kind: .started(StepID(rawValue: number)))
    }

    static func output(_ number: Int, _ text: String, at seconds: Double, _ stream: OutputStream = .standardOutput)
        -> ProgressEvent
    {
        ProgressEvent(time: date(seconds), kind: .output(StepID(rawValue: number), stream, Array(text.utf8)))
    }

    static func finished(_ number: Int, _ outcome: StepOutcome = .executed, at seconds: Double) -> ProgressEvent {
        ProgressEvent(time: date(seconds), kind: .finished(StepID(rawValue: number), outcome))
    }

    static func transfer(
        _ number: Int, _ name: String, _ current: Int64, of total: Int64?, at seconds: Double, finished: Bool = false
    ) -> ProgressEvent {
        ProgressEvent(
            time: date(seconds),
            kind: .transfer(
                StepID(rawValue: number), name: name, current: current, total: total, finished: finished))
    }

    static func warning(at seconds: Double) -> ProgressEvent {
        let source = SourceFile(name: "Dockerfile", text: "#\n#\nFROM x AS Build\n")
        return ProgressEvent(
            time: date(seconds),
            kind: .warning(
                Diagnostic(
                    severity: .warning, code: .init(rawValue: "StageNameCasing"),
                    message: "Stage name 'Build' should be lowercase", range: source.range(4..<19), source: source)))
    }

    /// A stage with a cached step, a step that runs, and one that waits.
    static let twoStages: [ProgressEvent] = [
        planned(
            step(1, "[internal] load build definition from Dockerfile"),
            step(2, "[build 1/2] WORKDIR /src", stage: "build", line: 2),
            step(3, "[build 2/2] RUN make", stage: "build", inputs: [2], line: 3),
            step(4, "[final 1/1] COPY --from=build /app /app", stage: "final", inputs: [3], line: 5)),
        started(1, at: 0), finished(1, at: 0.1),
        started(2, at: 0.1), finished(2, .cached, at: 0.1),
        started(3, at: 0.2),
    ]
}

extension ProgressRenderer {
    /// Everything that a renderer writes for events.
    mutating func text(_ events: [ProgressEvent], finishedAt end: Double? = nil) -> String {
        var text = ""
        for event in events { text += handle(event) }
        if let end {
            text += finish(succeeded: true, now: Scenario.date(end), size: TerminalSize(columns: 80, rows: 24))
        }
        return text
    }
}
