internal import FileSystem

extension Timestamp {
    /// The form of times in the index: nanoseconds since 1970-01-01 UTC, held at the ends of the range, which are the
    /// years 1677 and 2262.
    var indexed: Int64 {
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, overflowAgain) = scaled.addingReportingOverflow(Int64(nanoseconds))
        return overflow || overflowAgain ? (seconds < 0 ? .min : .max) : sum
    }

    /// The time that `indexed` gave.
    init(indexed: Int64) {
        var (seconds, rest) = indexed.quotientAndRemainder(dividingBy: 1_000_000_000)
        if rest < 0 {
            seconds -= 1
            rest += 1_000_000_000
        }
        self.init(seconds: seconds, nanoseconds: Int32(rest))
    }
}
