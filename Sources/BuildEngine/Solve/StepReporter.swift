import BuildGraph
import Sandbox
import Synchronization

/// Tells the progress sink of the operations' steps. An operation that was never looked at, because a later one was
/// cached, counts as cached.
final class StepReporter: Sendable {
    private let sink: any ProgressSink
    private let ids: [OperationID: StepID]
    /// Steps that have no keys of their own: base images.
    private let unkeyed: Set<OperationID>
    private let touched = Mutex<Set<OperationID>>([])

    init(sink: any ProgressSink, ids: [OperationID: StepID], unkeyed: Set<OperationID>) {
        self.sink = sink
        self.ids = ids
        self.unkeyed = unkeyed
    }

    func started(_ operation: OperationID) {
        let isNew = touched.withLock { $0.insert(operation).inserted }
        if isNew, let id = ids[operation] { sink.emit(ProgressEvent(kind: .started(id))) }
    }

    func finished(_ operation: OperationID, _ outcome: StepOutcome) {
        if let id = ids[operation] { sink.emit(ProgressEvent(kind: .finished(id, outcome))) }
    }

    func explained(_ operation: OperationID, _ explanation: StepExplanation) {
        if let id = ids[operation] { sink.emit(ProgressEvent(kind: .explained(id, explanation))) }
    }

    func output(_ operation: OperationID, _ stream: SandboxOutput, _ bytes: [UInt8]) {
        guard let id = ids[operation] else { return }
        let stream: OutputStream = stream == .standardOutput ? .standardOutput : .standardError
        sink.emit(ProgressEvent(kind: .output(id, stream, bytes)))
    }

    func transfer(_ operation: OperationID, name: String, current: Int64, total: Int64?, finished: Bool) {
        guard let id = ids[operation] else { return }
        sink.emit(
            ProgressEvent(kind: .transfer(id, name: name, current: current, total: total, finished: finished)))
    }

    func finishUntouched() {
        let touched = touched.withLock { $0 }
        for (operation, id) in ids.sorted(by: { $0.value.rawValue < $1.value.rawValue })
        where !touched.contains(operation) {
            sink.emit(ProgressEvent(kind: .started(id)))
            if !unkeyed.contains(operation) { explained(operation, StepExplanation(.sameInputs)) }
            sink.emit(ProgressEvent(kind: .finished(id, .cached)))
        }
    }
}
