/// Shortens text in its middle, because the end of a path says more than what stands before it.
enum Shortening {
    /// The text with as much as necessary of its middle replaced, so that its width is at most `limit`.
    ///
    /// - Parameters:
    ///   - text: what to shorten; its beginning keeps about a third of the room.
    ///   - width: how wide a text is, growing with its length.
    static func middle(_ text: String, to limit: Double, mark: String = "…", width: (String) -> Double) -> String {
        guard width(text) > limit else { return text }
        let characters = Array(text)
        // The most characters that fit, found by halving.
        var (low, high) = (0, characters.count)
        var best = mark
        while low < high {
            let kept = (low + high + 1) / 2
            let head = kept / 3
            let candidate =
                String(characters[..<head]) + mark + String(characters[(characters.count - (kept - head))...])
            if width(candidate) <= limit {
                (low, best) = (kept, candidate)
            } else {
                high = kept - 1
            }
        }
        return best
    }

    /// Two texts that have `limit` together: half of it for each, and what one does not need for the other.
    static func pair(
        _ first: String, _ second: String, to limit: Double, mark: String = "…", width: (String) -> Double
    ) -> (first: String, second: String) {
        let forSecond = max(limit / 2, limit - width(first))
        let second = middle(second, to: forSecond, mark: mark, width: width)
        return (middle(first, to: limit - width(second), mark: mark, width: width), second)
    }
}
