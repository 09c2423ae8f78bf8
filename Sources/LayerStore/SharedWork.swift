internal import Synchronization

/// Runs each piece of work once, however many ask for it at the same time.
///
/// When all who wait for a piece have been cancelled, it is cancelled too.
final class SharedWork<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct Running {
        let number: Int
        let task: Task<Value, any Error>
        var waiting: Int
    }

    private struct State {
        var running: [Key: Running] = [:]
        var count = 0
    }

    private let state = Mutex(State())

    /// The result of `work`, or of the same work that is running already.
    func value(for key: Key, _ work: @escaping @Sendable () async throws -> Value) async throws -> Value {
        let (number, task) = state.withLock { state in
            if var running = state.running[key] {
                running.waiting += 1
                state.running[key] = running
                return (running.number, running.task)
            }
            state.count += 1
            let task = Task { try await work() }
            state.running[key] = Running(number: state.count, task: task, waiting: 1)
            return (state.count, task)
        }
        return try await withTaskCancellationHandler {
            let result = await task.result
            // Only now it is over, and the next to ask has to look again.
            state.withLock { if $0.running[key]?.number == number { $0.running[key] = nil } }
            return try result.get()
        } onCancel: {
            state.withLock { state in
                guard var running = state.running[key], running.number == number else { return }
                running.waiting -= 1
                state.running[key] = running.waiting > 0 ? running : nil
                if running.waiting == 0 { running.task.cancel() }
            }
        }
    }
}
