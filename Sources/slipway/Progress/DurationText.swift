/// Seconds as text, without `String(format:)`, which lives in full Foundation.
enum DurationText {
    /// `seconds` with `digits` (at most 9) digits after the point: `fixed(1.25, digits: 1)` is `1.3`.
    static func fixed(_ seconds: Double, digits: Int) -> String {
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        // A clock set back or a nonsensical time must not trap in the conversion to an integer.
        let scaled = min(max((seconds * scale).rounded(), 0), 9e15)
        let whole = Int64(scaled.isFinite ? scaled : 0)
        guard digits > 0 else { return "\(whole)" }
        let fraction = String(whole % Int64(scale))
        return "\(whole / Int64(scale))." + String(repeating: "0", count: digits - fraction.count) + fraction
    }

    /// A running time for the terminal view: `0.4s`, `12.3s`, `2m 05s`, `1h 02m`.
    static func short(_ seconds: Double) -> String {
        guard seconds >= 60 else { return fixed(seconds, digits: 1) + "s" }
        let whole = Int(min(seconds, 9e9))
        let pad: (Int) -> String = { $0 < 10 ? "0\($0)" : "\($0)" }
        return whole < 3600
            ? "\(whole / 60)m \(pad(whole % 60))s" : "\(whole / 3600)h \(pad(whole % 3600 / 60))m"
    }
}
