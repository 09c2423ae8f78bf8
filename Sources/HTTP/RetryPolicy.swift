/// How often and after what pause a request that failed for a passing reason is sent again.
public struct RetryPolicy: Hashable, Sendable {
    /// How often a request is sent in all; at least 1.
    public var maximumAttempts: Int
    /// The longest pause before the second attempt; it doubles for each further one.
    public var baseDelay: Duration
    /// The longest pause of this client's own choosing.
    public var maximumDelay: Duration
    /// The longest pause that a server may ask for by `Retry-After`; a request that would have to wait longer fails.
    public var maximumRetryAfter: Duration

    /// A policy of the given bounds.
    public init(
        maximumAttempts: Int = 4, baseDelay: Duration = .milliseconds(400), maximumDelay: Duration = .seconds(10),
        maximumRetryAfter: Duration = .seconds(60)
    ) {
        self.maximumAttempts = max(1, maximumAttempts)
        self.baseDelay = baseDelay
        self.maximumDelay = maximumDelay
        self.maximumRetryAfter = maximumRetryAfter
    }

    /// How long to wait after the failure of attempt number `attempt` (the first is 1); nil to give up.
    ///
    /// The pause is a random one between half of the bound and the bound, so that clients which failed together do not
    /// come back together; a pause that the server asked for is kept to and only lengthened.
    func delay(
        after error: TransferError, attempt: Int, using generator: inout some RandomNumberGenerator
    ) -> Duration? {
        guard error.isTransient, attempt < maximumAttempts else { return nil }
        var bound = min(baseDelay, maximumDelay)
        for _ in 1..<max(attempt, 1) where bound < maximumDelay { bound = min(bound * 2, maximumDelay) }
        let jitter = 0.5 + Double(generator.next() >> 11) * 0x1p-54
        guard let asked = error.retryAfter else { return bound * jitter }
        guard asked <= maximumRetryAfter else { return nil }
        return max(asked, .zero) + min(bound, .seconds(1)) * (jitter - 0.5)
    }
}
