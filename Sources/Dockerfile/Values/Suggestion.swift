/// Finds what the user may have meant.
public enum Suggestion {
    /// The candidate closest to a word, if at most two edits (Levenshtein) away. Ties go to the first candidate.
    public static func closest(to word: String, among candidates: [String], ignoringCase: Bool = false) -> String? {
        let wanted = Array((ignoringCase ? word.lowercased() : word).unicodeScalars.prefix(64))
        var best: String?
        var bestDistance = 3
        for candidate in candidates {
            let other = Array((ignoringCase ? candidate.lowercased() : candidate).unicodeScalars.prefix(64))
            if other == wanted { return nil }
            let distance = distance(wanted, other)
            if distance < bestDistance {
                best = candidate
                bestDistance = distance
            }
        }
        return best
    }

    /// `did you mean X?`, or nil.
    static func help(for word: String, among candidates: [String], ignoringCase: Bool = false) -> String? {
        closest(to: word, among: candidates, ignoringCase: ignoringCase).map { "did you mean \($0)?" }
    }

    private static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
        var row = Array(0...right.count)
        for (i, scalar) in left.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, other) in right.enumerated() {
                let substitution = diagonal + (scalar == other ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(substitution, diagonal + 1, row[j] + 1)
            }
        }
        return row[right.count]
    }
}
