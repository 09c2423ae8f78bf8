internal import HTTP
internal import OCI

/// Limits how many blobs are fetched at a time, and lets nobody fetch a blob that somebody else is fetching.
actor TransferQueue {
    private struct Waiter {
        var id: UInt64
        var digest: Digest
        var continuation: CheckedContinuation<Bool, Never>
    }

    private let limit: Int
    private var running: Set<Digest> = []
    private var waiters: [Waiter] = []
    private var nextID: UInt64 = 0

    init(limit: Int) { self.limit = max(1, limit) }

    /// Waits until `digest` may be fetched; `leave` must follow. It may have been fetched by then.
    ///
    /// - Throws: `canceled`, and then `leave` must not follow.
    func enter(_ digest: Digest) async throws(RegistryError) {
        if mayRun(digest) {
            running.insert(digest)
            return
        }
        nextID += 1
        let id = nextID
        let admitted = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                waiters.append(Waiter(id: id, digest: digest, continuation: continuation))
            }
        } onCancel: {
            // This waits for the actor, which the code above leaves only when the waiter is in the list.
            Task { await self.cancel(id) }
        }
        guard admitted else { throw RegistryError(.canceled, "the transfer of \(digest) was canceled") }
    }

    /// Ends what `enter` began.
    func leave(_ digest: Digest) {
        running.remove(digest)
        while let index = waiters.firstIndex(where: { mayRun($0.digest) }) {
            let waiter = waiters.remove(at: index)
            running.insert(waiter.digest)
            waiter.continuation.resume(returning: true)
        }
    }

    private func mayRun(_ digest: Digest) -> Bool { running.count < limit && !running.contains(digest) }

    private func cancel(_ id: UInt64) {
        guard let index = waiters.firstIndex(where: { $0.id == id }) else { return }
        waiters.remove(at: index).continuation.resume(returning: false)
    }
}
