import ContentStore
import FileSystem
import FoundationEssentials
import Synchronization

/// Keeps the logs of a build's steps: those that are executed, from the first one on.
///
/// A log that cannot be written is a warning and no reason to fail.
final class BuildLog: Sendable {
    private struct State {
        var count = 0
        var writers: [StepID: StepLogWriter] = [:]
        var hold: BuildDirectoryHold?
        var hasFailed = false
    }

    /// Makes the directory, for which the build gets its number.
    private let begin: @Sendable () throws -> BuildDirectoryHold
    /// Called with a sentence, once.
    private let warn: @Sendable (String) -> Void
    private let state = Mutex(State())

    init(
        begin: @escaping @Sendable () throws -> BuildDirectoryHold, warn: @escaping @Sendable (String) -> Void
    ) {
        self.begin = begin
        self.warn = warn
    }

    /// A step is about to be executed.
    func executing(_ step: StepDescription, at time: Date) {
        attempt("the log of \(step.name) cannot be kept") { state in
            guard state.writers[step.id] == nil else { return }
            if state.hold == nil { state.hold = try begin() }
            guard let directory = state.hold?.path else { return }
            state.count += 1
            state.writers[step.id] = try StepLogWriter(state.count, of: step, at: Timestamp(time), in: directory)
        }
    }

    func append(_ id: StepID, _ stream: OutputStream, _ bytes: [UInt8], at time: Date) {
        attempt("the log of a step is not whole") { state in
            try state.writers[id]?.append(stream, bytes, at: Timestamp(time))
        }
    }

    func finished(_ id: StepID, _ outcome: StepOutcome, at time: Date) {
        attempt("the log of a step is not whole") { state in
            try state.writers.removeValue(forKey: id)?.end(outcome, at: Timestamp(time))
        }
    }

    /// Lets go of the directory: the build is over.
    func close() {
        state.withLock { state in
            state.writers = [:]
            state.hold = nil
            state.hasFailed = true
        }
    }

    /// Does something that may fail, which ends all logs: a disk that is full for one is full for the next.
    private func attempt(_ failure: String, _ body: (inout State) throws -> Void) {
        let message = state.withLock { state -> String? in
            if state.hasFailed { return nil }
            do {
                try body(&state)
                return nil
            } catch {
                state.hasFailed = true
                state.writers = [:]
                return "\(failure): \(error)"
            }
        }
        if let message { warn(message) }
    }
}

extension Timestamp {
    init(_ date: Date) {
        let seconds = date.timeIntervalSince1970.rounded(.down)
        guard abs(seconds) < 1e11 else {
            self.init(seconds: 0)
            return
        }
        let fraction = ((date.timeIntervalSince1970 - seconds) * 1e6).rounded(.down)
        // A date knows about 100 ns.
        self.init(seconds: Int64(seconds), nanoseconds: Int32(min(max(fraction, 0), 999_999)) * 1000)
    }
}
