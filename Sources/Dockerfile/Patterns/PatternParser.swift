/// Compiles the text of a pattern.
struct PatternParser {
    private let pattern: String
    private let scalars: [Unicode.Scalar]
    private var position = 0

    init(_ pattern: String) {
        self.pattern = pattern
        scalars = Array(pattern.unicodeScalars)
    }

    private var next: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    /// The tokens; with `doubleStars` the rules of `.dockerignore` apply, else those of `filepath.Match`.
    mutating func parse(doubleStars: Bool) throws(GoPattern.SyntaxError) -> [PathPattern.Token] {
        var tokens: [PathPattern.Token] = []
        var isOnlySuffix = false
        while let scalar = next {
            position += 1
            switch scalar {
            case "*" where doubleStars && next == "*":
                position += 1
                let hasSlash = next == "/"
                if hasSlash { position += 1 }
                // `**name` without a slash, and nothing special behind, is "ends with name".
                isOnlySuffix = tokens.isEmpty && !hasSlash
                tokens.append(next == nil ? .everything : .directories)
                continue
            case "*": tokens.append(.star)
            case "?": tokens.append(.any)
            case "[": tokens.append(try parseClass(allowsReversed: !doubleStars))
            case "\\":
                guard let escaped = next else { throw GoPattern.SyntaxError(pattern: pattern) }
                position += 1
                tokens.append(.literal(escaped))
            default:
                tokens.append(.literal(scalar))
                continue
            }
            isOnlySuffix = false
        }
        let doubles = tokens.count { $0 == .directories || $0 == .everything }
        if isOnlySuffix, doubles == 1 { tokens[0] = .everything }
        return tokens
    }

    /// `[abc]`, `[a-z]`, `[^a-z]`; the bracket is already read.
    private mutating func parseClass(allowsReversed: Bool) throws(GoPattern.SyntaxError) -> PathPattern.Token {
        let isNegated = next == "^"
        if isNegated { position += 1 }
        var ranges: [ClosedRange<UInt32>] = []
        while next != "]" || ranges.isEmpty {
            let low = try parseClassScalar()
            var high = low
            if next == "-" {
                position += 1
                high = try parseClassScalar()
            }
            // For filepath.Match a range the wrong way round contains nothing, but counts as one.
            guard low <= high || allowsReversed else { throw GoPattern.SyntaxError(pattern: pattern) }
            ranges.append(low <= high ? low.value...high.value : UInt32.max...UInt32.max)
        }
        position += 1
        return .oneOf(ranges, isNegated: isNegated)
    }

    private mutating func parseClassScalar() throws(GoPattern.SyntaxError) -> Unicode.Scalar {
        guard var scalar = next, scalar != "-", scalar != "]" else { throw GoPattern.SyntaxError(pattern: pattern) }
        position += 1
        if scalar == "\\" {
            guard let escaped = next else { throw GoPattern.SyntaxError(pattern: pattern) }
            position += 1
            scalar = escaped
        }
        // A class must be closed.
        guard next != nil else { throw GoPattern.SyntaxError(pattern: pattern) }
        return scalar
    }
}
