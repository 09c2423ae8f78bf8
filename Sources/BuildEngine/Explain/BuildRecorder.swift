import BuildGraph
import FileSystem
import FoundationEssentials
import OCI
import Synchronization

/// Passes the events of a build on, and keeps what its report says of each step.
final class BuildRecorder: ProgressSink {
    private struct Step {
        let description: StepDescription
        var report: BuildReport.Step
        var started: Date?
    }

    private struct State {
        var order: [StepID] = []
        var steps: [StepID: Step] = [:]
    }

    private let sink: any ProgressSink
    private let log = Mutex<BuildLog?>(nil)
    private let began = Timestamp.now
    private let state = Mutex(State())

    init(_ sink: any ProgressSink) { self.sink = sink }

    /// From now on, what steps print is kept there.
    func keep(in log: BuildLog) { self.log.withLock { $0 = log } }

    /// Lets go of the logs: the build is over.
    func endLog() { log.withLock { $0.take() }?.close() }

    func emit(_ event: ProgressEvent) {
        switch event.kind {
        case .output, .transfer, .warning: break
        case .planned, .started, .explained, .finished: state.withLock { Self.apply(event, to: &$0) }
        }
        // What somebody has seen is kept, whatever happens next.
        if let log = log.withLock({ $0 }) { write(event, to: log) }
        sink.emit(event)
    }

    private func write(_ event: ProgressEvent, to log: BuildLog) {
        switch event.kind {
        case .explained(let id, let explanation) where explanation.verdict == .executed:
            if let step = state.withLock({ $0.steps[id]?.description }) { log.executing(step, at: event.time) }
        case .output(let id, let stream, let bytes): log.append(id, stream, bytes, at: event.time)
        case .finished(let id, let outcome): log.finished(id, outcome, at: event.time)
        case .planned, .started, .explained, .transfer, .warning: break
        }
    }

    private static func apply(_ event: ProgressEvent, to state: inout State) {
        switch event.kind {
        case .planned(let descriptions):
            // What has no stage is no step of the Dockerfile.
            for description in descriptions {
                guard let stage = description.stage, state.steps[description.id] == nil else { continue }
                state.order.append(description.id)
                state.steps[description.id] = Step(
                    description: description,
                    report: BuildReport.Step(
                        name: description.name, stage: stage, line: description.line, outcome: nil, milliseconds: 0,
                        explanation: nil))
            }
        case .started(let id): state.steps[id]?.started = event.time
        case .explained(let id, let explanation): state.steps[id]?.report.explanation = explanation
        case .finished(let id, let outcome):
            guard var step = state.steps.removeValue(forKey: id) else { return }
            step.report.outcome = BuildReport.Outcome(outcome)
            if case .failed(let message) = outcome { step.report.error = message }
            if let started = step.started {
                step.report.milliseconds = Int64(max(0, event.time.timeIntervalSince(started)) * 1000)
            }
            state.steps[id] = step
        case .output, .transfer, .warning: break
        }
    }

    /// The report of a build that is over; nil when it never came to a step of the Dockerfile.
    func report(
        of request: BuildRequest, dockerfile: String, outcome: BuildReport.Outcome, images: [Digest] = []
    ) -> BuildReport? {
        let steps = state.withLock { state in state.order.compactMap { state.steps[$0]?.report } }
        guard !steps.isEmpty else { return nil }
        var report = BuildReport(
            started: began, dockerfile: dockerfile, target: request.plan.target,
            tags: request.tags.map(\.familiarName))
        report.outcome = outcome
        report.images = images
        report.steps = steps
        let now = Timestamp.now
        report.milliseconds =
            (now.seconds - began.seconds) * 1000 + Int64(now.nanoseconds - began.nanoseconds) / 1_000_000
        return report
    }
}

extension BuildReport.Outcome {
    init(_ outcome: StepOutcome) {
        self =
            switch outcome {
            case .executed: .done
            case .cached: .cached
            case .canceled: .canceled
            case .failed: .failed
            }
    }
}
