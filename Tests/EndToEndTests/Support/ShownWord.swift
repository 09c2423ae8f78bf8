/// A word of what a page shows, or of what was printed.
struct ShownWord {
    var text: Substring

    init(_ text: Substring) { self.text = text }

    /// Whether the word of a page stands for one that was printed.
    func matches(_ printed: ShownWord) -> Bool {
        if let (size, other) = both(printed, { $0.size }) { return abs(size - other) <= max(size, other) / 4 }
        let (shown, other) = (form, printed.form)
        guard shown.contains("…") else { return shown == other }
        return Self.matches(shown[...], other[...])
    }

    private func both<Value>(_ other: ShownWord, _ value: (ShownWord) -> Value?) -> (Value, Value)? {
        guard let mine = value(self), let others = value(other) else { return nil }
        return (mine, others)
    }

    /// The bytes that a size such as `3.02MB` stands for.
    private var size: Double? {
        guard let match = text.wholeMatch(of: /([0-9]+(?:\.[0-9]+)?)(B|kB|KB|MB|GB|KiB|MiB|GiB),?/),
            let number = Double(match.1)
        else { return nil }
        let unit =
            switch match.2.first {
            case "k", "K": 1e3
            case "M": 1e6
            case "G": 1e9
            default: 1.0
            }
        return number * unit
    }

    /// The word without what is different each time.
    private var form: String {
        String(text)
            .replacing(/sha256:[0-9a-f]{6,64}…?/, with: "sha256:DIGEST")
            .replacing(/\b[0-9a-f]{12}\b|\b[0-9a-f]{40}\b|\b[0-9a-f]{64}\b/, with: "ID")
            .replacing(/^#[0-9]+$/, with: "#STEP")
            .replacing(/[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z?/, with: "TIME")
            .replacing(/\b[0-9]+(\.[0-9]+)?m?s\b|^[0-9]+\.[0-9]{3}$/, with: "DURATION")
    }

    /// Whether the pieces between the `…` come one after another, the first at the beginning and the last at the end.
    private static func matches(_ pattern: Substring, _ text: Substring) -> Bool {
        guard let wildcard = pattern.firstIndex(of: "…") else { return pattern == text }
        let (piece, rest) = (pattern[..<wildcard], pattern[pattern.index(after: wildcard)...])
        guard text.hasPrefix(piece) else { return false }
        let left = text.dropFirst(piece.count)
        return (0...left.count).contains { matches(rest, left.dropFirst($0)) }
    }
}
