internal import CFileSystem

/// A point in time as file systems store it: seconds since 1970-01-01 UTC, which may be negative, and nanoseconds.
public struct Timestamp: Hashable, Comparable, Sendable, Codable {
    /// Seconds since the Unix epoch, rounded down.
    public var seconds: Int64
    /// 0 to 999,999,999, counted forward from `seconds` even before 1970.
    public var nanoseconds: Int32

    /// Makes a timestamp; `nanoseconds` is 0 to 999,999,999.
    public init(seconds: Int64, nanoseconds: Int32 = 0) {
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }

    /// 1970-01-01 00:00:00 UTC.
    public static let unixEpoch = Timestamp(seconds: 0)

    /// The present, from the system's real-time clock.
    public static var now: Timestamp {
        var seconds: Int64 = 0
        var nanoseconds: Int32 = 0
        unsafe cfs_now(&seconds, &nanoseconds)
        return Timestamp(seconds: seconds, nanoseconds: nanoseconds)
    }

    /// The present from the clock that gives files their times, which is as coarse as the kernel's tick (up to 10 ms).
    public static var coarseNow: Timestamp {
        var seconds: Int64 = 0
        var nanoseconds: Int32 = 0
        unsafe cfs_coarse_now(&seconds, &nanoseconds)
        return Timestamp(seconds: seconds, nanoseconds: nanoseconds)
    }

    /// The same time without its fraction of a second, rounded down: what a tar header holds.
    public var wholeSeconds: Timestamp { Timestamp(seconds: seconds) }

    /// Earlier first.
    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
    }
}
