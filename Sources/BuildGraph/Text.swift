import Dockerfile

/// Small text forms that the history of an image and messages share.

/// A list as Go's `%q` prints it: `["a" "b"]`.
func quotedList(_ list: [String]) -> String { "[" + list.map(goQuoted).joined(separator: " ") + "]" }

/// A list as JSON writes it: `["a","b"]`.
func quotedJSONList(_ list: [String]) -> String { "[" + list.map(goQuoted).joined(separator: ",") + "]" }

private func goQuoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"": quoted += "\\\""
        case "\\": quoted += "\\\\"
        case "\n": quoted += "\\n"
        case "\t": quoted += "\\t"
        case "\r": quoted += "\\r"
        default: quoted.unicodeScalars.append(scalar)
        }
    }
    return quoted + "\""
}

/// A duration in nanoseconds as Go prints it: `1h0m5.5s`, `300ms`, `0s`.
func goDuration(_ nanoseconds: Int64) -> String {
    guard nanoseconds != 0 else { return "0s" }
    func decimal(_ value: Int64, _ unit: Int64) -> String {
        let fraction = value % unit
        guard fraction != 0 else { return "\(value / unit)" }
        let width = String(unit).count - 1
        var digits = String(fraction)
        digits = String(repeating: "0", count: width - digits.count) + digits
        while digits.hasSuffix("0") { digits.removeLast() }
        return "\(value / unit).\(digits)"
    }
    switch nanoseconds {
    case ..<1_000: return "\(nanoseconds)ns"
    case ..<1_000_000: return decimal(nanoseconds, 1_000) + "µs"
    case ..<1_000_000_000: return decimal(nanoseconds, 1_000_000) + "ms"
    default:
        let minutes = nanoseconds / 60_000_000_000
        let seconds = decimal(nanoseconds % 60_000_000_000, 1_000_000_000) + "s"
        if minutes == 0 { return seconds }
        return minutes < 60 ? "\(minutes)m\(seconds)" : "\(minutes / 60)h\(minutes % 60)m\(seconds)"
    }
}

/// The first place where a text stands in another.
func firstRange(of needle: String, in text: String) -> Range<String.Index>? {
    var start = text.startIndex
    while start < text.endIndex {
        if text[start...].hasPrefix(needle) { return start..<text.index(start, offsetBy: needle.count) }
        start = text.index(after: start)
    }
    return nil
}

/// ` (did you mean NAME?)`, or nothing.
func didYouMean(_ name: String, among names: [String]) -> String {
    Suggestion.closest(to: name, among: names, ignoringCase: true).map { " (did you mean \($0)?)" } ?? ""
}
