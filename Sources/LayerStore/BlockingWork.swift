internal import Dispatch
internal import Synchronization

/// Tells blocking work that nobody wants its result any more.
final class CancellationFlag: Sendable {
    private let isSet = Atomic(false)

    func set() { isSet.store(true, ordering: .relaxed) }

    /// Throws `CancellationError` once the flag is set.
    func check() throws {
        if isSet.load(ordering: .relaxed) { throw CancellationError() }
    }
}

/// Runs work that reads, compresses or waits for disks on a thread of its own, so that the few threads of Swift's pool
/// stay free for the rest of the program.
func blocking<Result: Sendable>(
    _ work: @escaping @Sendable (CancellationFlag) throws -> Result
) async throws -> Result {
    let flag = CancellationFlag()
    return try await withTaskCancellationHandler {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(
                    with: Swift.Result {
                        try flag.check()
                        return try work(flag)
                    })
            }
        }
    } onCancel: {
        flag.set()
    }
}
