/// How long ago something was, in docker's words (docker/go-units, HumanDuration).
enum AgeText {
    /// `3 hours ago`; times in the future count as now.
    static func since(_ seconds: Int64, now: Int64) -> String { words(max(0, now - seconds)) + " ago" }

    private static func words(_ seconds: Int64) -> String {
        let minutes = seconds / 60
        let hours = (seconds + 1800) / 3600
        switch (seconds, minutes, hours) {
        case (0, _, _): return "Less than a second"
        case (1, _, _): return "1 second"
        case (..<60, _, _): return "\(seconds) seconds"
        case (_, 1, _): return "About a minute"
        case (_, ..<60, _): return "\(minutes) minutes"
        case (_, _, 1): return "About an hour"
        case (_, _, ..<48): return "\(hours) hours"
        case (_, _, ..<(24 * 7 * 2)): return "\(hours / 24) days"
        case (_, _, ..<(24 * 30 * 2)): return "\(hours / 24 / 7) weeks"
        case (_, _, ..<(24 * 365 * 2)): return "\(hours / 24 / 30) months"
        default: return "\(hours / 24 / 365) years"
        }
    }
}
