/// How a container is asked whether it is well.
///
/// Docker image specification v1.3, "Healthcheck". Durations are in nanoseconds; 0 means the engine's default.
public struct Healthcheck: Hashable, Sendable {
    /// `["NONE"]`, `["CMD", argument…]` or `["CMD-SHELL", line]`; empty inherits.
    public var test: [String]
    /// Time between two checks, in nanoseconds.
    public var interval: Int64
    /// Time after which a check counts as hung, in nanoseconds.
    public var timeout: Int64
    /// Time that the container needs to start, in nanoseconds.
    public var startPeriod: Int64
    /// Time between two checks during the start, in nanoseconds.
    public var startInterval: Int64
    /// Failures in a row after which the container counts as unhealthy.
    public var retries: Int64

    /// A health check; what is left out is the engine's default.
    public init(
        test: [String], interval: Int64 = 0, timeout: Int64 = 0, startPeriod: Int64 = 0, startInterval: Int64 = 0,
        retries: Int64 = 0
    ) {
        self.test = test
        self.interval = interval
        self.timeout = timeout
        self.startPeriod = startPeriod
        self.startInterval = startInterval
        self.retries = retries
    }

    init?(_ reader: JSONReader) throws(OCIError) {
        guard reader.value != nil else { return nil }
        self.init(
            test: try reader.member("Test").strings(),
            interval: try reader.member("Interval").integer() ?? 0,
            timeout: try reader.member("Timeout").integer() ?? 0,
            startPeriod: try reader.member("StartPeriod").integer() ?? 0,
            startInterval: try reader.member("StartInterval").integer() ?? 0,
            retries: try reader.member("Retries").integer() ?? 0)
    }

    var json: JSONValue {
        var result: JSONValue = [:]
        if !test.isEmpty { result["Test"] = .strings(test) }
        let numbers = [
            "Interval": interval, "Timeout": timeout, "StartPeriod": startPeriod, "StartInterval": startInterval,
            "Retries": retries,
        ]
        for (key, number) in numbers where number != 0 { result[key] = .integer(number) }
        return result
    }
}
