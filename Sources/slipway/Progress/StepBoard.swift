import BuildEngine
import Dockerfile
import FoundationEssentials

/// What the events so far say about each step: the state behind every renderer.
///
/// A value type without I/O: events in, state out. It keeps the last lines of each step's output, never all of it.
struct StepBoard {
    /// A part of a step that moves bytes: a blob pulled, a layer unpacked.
    struct Transfer: Equatable {
        var name: String
        var current: Int64
        var total: Int64?
        var started: Date
        var finished: Date?
    }

    enum State: Equatable {
        case pending
        case running
        case executed
        case cached
        case canceled
        case failed(message: String)

        var isFinished: Bool { self != .pending && self != .running }
    }

    struct Step {
        var description: StepDescription
        var state = State.pending
        var started: Date?
        var finished: Date?
        var transfers: [Transfer] = []
        /// Why it runs, or by which key it was found in the cache; nil as long as nobody has said.
        var explanation: StepExplanation?
        /// How many lines of output there were.
        fileprivate(set) var lineCount = 0
        /// The last lines of output with the seconds since the start of the step.
        fileprivate(set) var tail: [(seconds: Double, line: OutputLines.Line)] = []
        fileprivate var output: [OutputStream: OutputLines] = [:]

        /// The last lines as a terminal would show them, with the one that has begun and not ended.
        var visibleTail: [[UInt8]] {
            var lines = tail.map(\.line)
            if let openLine {
                if lines.last?.isOverwritten == true { lines.removeLast() }
                lines.append(OutputLines.Line(bytes: openLine))
            }
            return lines.map(\.bytes)
        }

        private var openLine: [UInt8]? {
            [OutputStream.standardOutput, .standardError].lazy.compactMap { output[$0]?.pending }.first { !$0.isEmpty }
        }

        /// Seconds from the start to the end, or to `now` while it runs; 0 before the start.
        func seconds(now: Date) -> Double {
            guard let started else { return 0 }
            return max(0, (finished ?? now).timeIntervalSince(started))
        }
    }

    /// As many lines of a failed step's output are repeated below the build.
    static let tailLength = 20

    /// The steps in the order in which they were planned.
    private(set) var order: [StepID] = []
    private(set) var steps: [StepID: Step] = [:]
    private(set) var warnings: [Diagnostic] = []
    /// The time of the first event.
    private(set) var started: Date?

    /// The steps that failed, in the order in which they failed.
    private(set) var failed: [StepID] = []

    /// The step that was planned last of those that run.
    var running: StepID? { order.last { steps[$0]?.state == .running } }

    /// Whether a step was stopped before its end.
    var isCanceled: Bool { steps.values.contains { $0.state == .canceled } }

    /// Takes in an event and returns the lines of output it completes.
    @discardableResult
    mutating func apply(_ event: ProgressEvent) -> [OutputLines.Line] {
        if started == nil { started = event.time }
        switch event.kind {
        case .planned(let descriptions):
            for description in descriptions { plan(description) }
        case .started(let id):
            steps[id]?.state = .running
            steps[id]?.started = event.time
        case .explained(let id, let explanation):
            steps[id]?.explanation = explanation
        case .output(let id, let stream, let bytes):
            return append(bytes, of: stream, to: id, at: event.time)
        case .transfer(let id, let name, let current, let total, let finished):
            update(id, at: event.time, name: name, current: current, total: total, finished: finished)
        case .finished(let id, let outcome):
            return finish(id, outcome, at: event.time)
        case .warning(let warning):
            if !warnings.contains(warning) { warnings.append(warning) }
        }
        return []
    }

    /// The step that made the build fail, with the last lines of its output.
    var failure: StepFailure? {
        failed.first.flatMap { steps[$0] }.map(StepFailure.init)
    }

    private mutating func plan(_ description: StepDescription) {
        guard steps[description.id] == nil else {
            steps[description.id]?.description = description
            return
        }
        order.append(description.id)
        steps[description.id] = Step(description: description)
    }

    private mutating func append(
        _ bytes: [UInt8], of stream: OutputStream, to id: StepID, at time: Date
    ) -> [OutputLines.Line] {
        guard var step = steps.removeValue(forKey: id) else { return [] }
        let lines = step.output[stream, default: OutputLines()].append(bytes)
        Self.keep(lines, in: &step, at: time)
        steps[id] = step
        return lines
    }

    private mutating func finish(_ id: StepID, _ outcome: StepOutcome, at time: Date) -> [OutputLines.Line] {
        guard var step = steps.removeValue(forKey: id) else { return [] }
        let streams: [OutputStream] = [.standardOutput, .standardError]
        let rest = streams.compactMap { step.output[$0]?.finish() }
        step.output = [:]
        Self.keep(rest, in: &step, at: time)
        step.finished = time
        switch outcome {
        case .executed: step.state = .executed
        case .cached: step.state = .cached
        case .canceled: step.state = .canceled
        case .failed(let message):
            step.state = .failed(message: message)
            failed.append(id)
        }
        steps[id] = step
        return rest
    }

    private static func keep(_ lines: [OutputLines.Line], in step: inout Step, at time: Date) {
        let seconds = step.seconds(now: time)
        for line in lines {
            if step.tail.last?.line.isOverwritten == true { step.tail.removeLast() }
            step.tail.append((seconds, line))
            step.lineCount += 1
        }
        if step.tail.count > tailLength { step.tail.removeFirst(step.tail.count - tailLength) }
    }

    private mutating func update(
        _ id: StepID, at time: Date, name: String, current: Int64, total: Int64?, finished: Bool
    ) {
        guard var step = steps.removeValue(forKey: id) else { return }
        var transfer = Transfer(name: name, current: current, total: total, started: time)
        if let index = step.transfers.firstIndex(where: { $0.name == name }) {
            transfer.started = step.transfers[index].started
            transfer.finished = finished ? time : nil
            step.transfers[index] = transfer
        } else {
            transfer.finished = finished ? time : nil
            step.transfers.append(transfer)
        }
        steps[id] = step
    }
}
