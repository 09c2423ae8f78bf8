/// Carries out `attempt`, and again by the rules of `policy` when it fails for a passing reason.
public func withRetries<Result>(
    _ policy: RetryPolicy, _ attempt: () async throws(TransferError) -> Result
) async throws(TransferError) -> Result {
    var generator = SystemRandomNumberGenerator()
    var number = 1
    while true {
        do {
            return try await attempt()
        } catch {
            guard let delay = policy.delay(after: error, attempt: number, using: &generator) else { throw error }
            do { try await Task.sleep(for: delay) } catch {
                throw TransferError(.canceled, "the request was canceled", cause: error)
            }
            number += 1
        }
    }
}
