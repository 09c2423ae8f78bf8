import Dockerfile
import Sandbox

/// A process took longer than it may.
struct StepTimeout: Error {
    /// What it was given.
    var limit: Duration

    /// For people: `1m30s`.
    var text: String { Self.text(limit) }
    var doubled: String { Self.text(limit * 2) }

    private static func text(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return GoDuration.text(nanoseconds: overflow ? .max : max(1, whole + attoseconds / 1_000_000_000))
    }
}

extension SandboxLauncher {
    private enum Ending: Sendable {
        case process(Termination)
        case time
    }

    /// Runs a process, and kills it with everything that it started when it takes longer than `limit`.
    ///
    /// Throws ``StepTimeout``, and what `run` throws.
    func run(
        _ specification: ProcessSpecification, within limit: Duration?,
        onOutput: @escaping @Sendable (SandboxOutput, [UInt8]) -> Void
    ) async throws -> Termination {
        guard let limit else { return try await run(specification, onOutput: onOutput) }
        return try await withThrowingTaskGroup(of: Ending.self) { group in
            group.addTask { .process(try await self.run(specification, onOutput: onOutput)) }
            group.addTask {
                try await Task.sleep(for: limit)
                return .time
            }
            defer { group.cancelAll() }
            switch try await group.next() {
            case .process(let termination)?: return termination
            case .time?: break
            case nil: throw CancellationError()
            }
            // To cancel is to kill; the last of its output has been handed on when the task is over.
            group.cancelAll()
            while !group.isEmpty {
                do { _ = try await group.next() } catch is CancellationError { continue }
            }
            throw StepTimeout(limit: limit)
        }
    }
}
