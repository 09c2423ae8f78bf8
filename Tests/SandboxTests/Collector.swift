import Sandbox
import Synchronization

/// Gathers the two outputs of a sandboxed process.
final class Collector: Sendable {
    private let bytes = Mutex<[SandboxOutput: [UInt8]]>([:])

    func add(_ stream: SandboxOutput, _ part: [UInt8]) {
        bytes.withLock { $0[stream, default: []] += part }
    }

    func text(_ stream: SandboxOutput) -> String {
        String(decoding: bytes.withLock { $0[stream] ?? [] }, as: UTF8.self)
    }
}
