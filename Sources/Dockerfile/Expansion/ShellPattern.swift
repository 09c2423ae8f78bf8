/// The pattern of `${name#pattern}` and its relatives: `*` is any text, `?` any character, `\` makes these and itself
/// literal.
///
/// A pattern is kept as the pieces between its stars. Matching never goes back over a piece it has placed, because the
/// leftmost place for every piece but the last is always good enough.
struct ShellPattern {
    private enum Token: Equatable {
        case scalar(Unicode.Scalar)
        case any
    }

    /// How many comparisons one operation may make before it is refused.
    private static let maximumSteps = 5_000_000

    /// What stands between the stars; one more than there are stars.
    private var pieces: [[Token]] = [[]]

    init(_ pattern: String) throws(ExpansionError) {
        var scalars = pattern.unicodeScalars.makeIterator()
        var isEscaped = false
        while let scalar = scalars.next() {
            if isEscaped {
                isEscaped = false
                switch scalar {
                case "*", "?", "\\", "}", "/": append(.scalar(scalar))
                default:
                    throw ExpansionError(
                        "invalid pattern (\(pattern)) in substitution: invalid escape '\\\(Character(scalar))'")
                }
                continue
            }
            switch scalar {
            case "*": pieces.append([])
            case "?": append(.any)
            case "\\": isEscaped = true
            default: append(.scalar(scalar))
            }
        }
        if isEscaped { throw ExpansionError("invalid pattern (\(pattern)) in substitution: it ends with an escape") }
    }

    private mutating func append(_ token: Token) {
        pieces[pieces.count - 1].append(token)
    }

    /// The value without the shortest or longest prefix that matches.
    func removingPrefix(from value: String, longest: Bool) throws(ExpansionError) -> String {
        let scalars = Array(value.unicodeScalars)
        var steps = 0
        guard let end = try matchEnd(in: scalars, from: 0, longest: longest, steps: &steps) else { return value }
        return Self.text(scalars[end...])
    }

    /// The value without the shortest or longest suffix that matches.
    func removingSuffix(from value: String, longest: Bool) throws(ExpansionError) -> String {
        var mirrored = self
        mirrored.pieces = pieces.reversed().map { $0.reversed() }
        let scalars = Array(value.unicodeScalars)
        var steps = 0
        guard let end = try mirrored.matchEnd(in: scalars.reversed(), from: 0, longest: longest, steps: &steps) else {
            return value
        }
        return Self.text(scalars[..<(scalars.count - end)])
    }

    /// The value with the first match, or all matches, replaced by the text as it stands.
    func replacing(
        in value: String, with replacement: String, all: Bool, maximumLength: Int
    ) throws(ExpansionError) -> String {
        let scalars = Array(value.unicodeScalars)
        let inserted = Array(replacement.utf8)
        var steps = 0
        var result: [UInt8] = []
        var position = 0
        var copied = 0
        var lastEnd = -1
        while position <= scalars.count, let match = try firstMatch(in: scalars, from: position, steps: &steps) {
            result += Self.text(scalars[copied..<match.lowerBound]).utf8
            copied = match.upperBound
            // An empty match right behind another match is none.
            if match.upperBound > lastEnd { result += inserted }
            guard result.count <= maximumLength else {
                throw ExpansionError("the expansion is longer than \(maximumLength >> 20) MiB")
            }
            lastEnd = match.upperBound
            position = max(match.upperBound, position + 1)
            if !all { break }
        }
        result += Self.text(scalars[copied...]).utf8
        return String(decoding: result, as: UTF8.self)
    }

    private static func text(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return String(view)
    }

    /// The leftmost match that starts at or after a position; of several there, the longest.
    private func firstMatch(
        in value: [Unicode.Scalar], from position: Int, steps: inout Int
    ) throws(ExpansionError) -> Range<Int>? {
        var start = position
        while start <= value.count {
            guard let found = try find(pieces[0], in: value, from: start, steps: &steps) else { return nil }
            // If the pieces behind the first star are not found from here, they are not found from further right.
            guard let end = try matchEnd(in: value, from: found, longest: true, steps: &steps) else { return nil }
            if end >= found { return found..<end }
            start = found + 1
        }
        return nil
    }

    /// Where a match that starts at `start` ends.
    private func matchEnd(
        in value: [Unicode.Scalar], from start: Int, longest: Bool, steps: inout Int
    ) throws(ExpansionError) -> Int? {
        guard try matches(pieces[0], in: value, at: start, steps: &steps) else { return nil }
        var position = start + pieces[0].count
        guard pieces.count > 1 else { return position }
        for piece in pieces[1..<(pieces.count - 1)] {
            guard let found = try find(piece, in: value, from: position, steps: &steps) else { return nil }
            position = found + piece.count
        }
        let last = pieces[pieces.count - 1]
        if longest {
            var candidate = value.count - last.count
            while candidate >= position {
                if try matches(last, in: value, at: candidate, steps: &steps) { return candidate + last.count }
                candidate -= 1
            }
            return nil
        }
        guard let found = try find(last, in: value, from: position, steps: &steps) else { return nil }
        return found + last.count
    }

    private func find(
        _ piece: [Token], in value: [Unicode.Scalar], from start: Int, steps: inout Int
    ) throws(ExpansionError) -> Int? {
        var candidate = start
        while candidate + piece.count <= value.count {
            if try matches(piece, in: value, at: candidate, steps: &steps) { return candidate }
            candidate += 1
        }
        return nil
    }

    private func matches(
        _ piece: [Token], in value: [Unicode.Scalar], at start: Int, steps: inout Int
    ) throws(ExpansionError) -> Bool {
        guard start + piece.count <= value.count else { return false }
        var offset = 0
        while offset < piece.count {
            if case .scalar(let scalar) = piece[offset], scalar != value[start + offset] { break }
            offset += 1
        }
        steps += offset + 1
        guard steps <= Self.maximumSteps else {
            throw ExpansionError("the pattern takes too long to match")
        }
        return offset == piece.count
    }
}
