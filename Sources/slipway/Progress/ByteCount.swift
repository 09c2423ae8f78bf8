/// Numbers of bytes as text, in docker's decimal units.
enum ByteCount {
    /// Four significant digits as docker prints sizes of images: `1.24MB`, `512B`.
    ///
    /// - Parameter digits: significant digits; docker uses 3 in tables, 4 elsewhere.
    static func text(_ bytes: Int64, digits: Int = 3) -> String {
        let units = ["B", "kB", "MB", "GB", "TB", "PB"]
        var value = Double(max(bytes, 0))
        var unit = 0
        while value >= 1000, unit < units.count - 1 {
            value /= 1000
            unit += 1
        }
        guard unit > 0 else { return "\(max(bytes, 0))B" }
        let whole = value >= 100 ? 3 : value >= 10 ? 2 : 1
        var text = DurationText.fixed(value, digits: max(digits - whole, 0))
        // Go's %.4g drops zeros at the end.
        if text.contains(".") {
            while text.hasSuffix("0") { text.removeLast() }
            if text.hasSuffix(".") { text.removeLast() }
        }
        return text + units[unit]
    }
}
