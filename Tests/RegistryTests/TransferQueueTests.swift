import HTTP
import OCI
import Synchronization
import Testing

@testable import Registry

@Suite struct TransferQueueTests {
    final class Observed: Sendable {
        struct State {
            var running: [Digest] = []
            var peak = 0
            var doubled = false
        }
        let state = Mutex(State())

        func begin(_ digest: Digest) {
            state.withLock { state in
                state.doubled = state.doubled || state.running.contains(digest)
                state.running.append(digest)
                state.peak = max(state.peak, state.running.count)
            }
        }

        func end(_ digest: Digest) { state.withLock { $0.running.removeAll { $0 == digest } } }
    }

    @Test func limitsTransfersAndNeverDoublesOne() async throws {
        let queue = TransferQueue(limit: 2)
        let observed = Observed()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<40 {
                group.addTask {
                    let digest = Digest.sha256(of: "\(number % 4)")
                    try await queue.enter(digest)
                    observed.begin(digest)
                    await Task.yield()
                    observed.end(digest)
                    await queue.leave(digest)
                }
            }
            try await group.waitForAll()
        }
        observed.state.withLock { state in
            #expect(state.peak <= 2)
            #expect(!state.doubled)
        }
    }

    @Test func cancelsWhoWaits() async throws {
        let queue = TransferQueue(limit: 1)
        let first = Digest.sha256(of: "1")
        let second = Digest.sha256(of: "2")
        try await queue.enter(first)
        let waiting = Task { try await queue.enter(second) }
        waiting.cancel()
        let error = await #expect(throws: RegistryError.self) { try await waiting.value }
        #expect(error?.code == .canceled)
        await queue.leave(first)
        // The one that was canceled holds no place.
        try await queue.enter(second)
        await queue.leave(second)
    }
}
