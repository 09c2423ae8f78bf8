/// Carries out `attempt`, and again by the rules of `policy` when it fails for a passing reason.
///
/// - Parameter hasProgressed: whether a failed attempt got on, so that it counts as the first.
public func withRetries<Result>(
    _ policy: RetryPolicy, _ attempt: () async throws(TransferError) -> Result,
    hasProgressed: () -> Bool = { false }
) async throws(TransferError) -> Result {
    var number = 1
    while true {
        do {
            return try await attempt()
        } catch {
            if hasProgressed() { number = 1 }
            try await policy.pause(after: error, attempt: number)
            number += 1
        }
    }
}

extension RetryPolicy {
    /// Waits until the time for another attempt has come after the failure of attempt number `attempt` (the first is 1).
    ///
    /// - Throws: `error` when there is to be none; `canceled`.
    public func pause(after error: TransferError, attempt: Int) async throws(TransferError) {
        var generator = SystemRandomNumberGenerator()
        guard let delay = delay(after: error, attempt: attempt, using: &generator) else { throw error }
        do { try await Task.sleep(for: delay) } catch {
            throw TransferError(.canceled, "the request was canceled", cause: error)
        }
    }
}
