import Sandbox
import Synchronization

/// Counts the bytes of the two outputs.
final class Counter: Sendable {
    private let counts = Mutex<[SandboxOutput: Int]>([:])

    func add(_ stream: SandboxOutput, _ count: Int) { counts.withLock { $0[stream, default: 0] += count } }

    func total(_ stream: SandboxOutput) -> Int { counts.withLock { $0[stream] ?? 0 } }
}
