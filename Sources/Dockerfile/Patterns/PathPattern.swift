/// A compiled pattern for paths. It is matched by stepping through all of its states at once, so that the time is at
/// most the product of the lengths whatever the pattern is.
struct PathPattern: Sendable, Hashable {
    enum Token: Sendable, Hashable {
        /// This character.
        case literal(Unicode.Scalar)
        /// Any one character but `/`.
        case any
        /// One character in (or, if negated, not in) these ranges.
        case oneOf([ClosedRange<UInt32>], isNegated: Bool)
        /// Any text without `/`.
        case star
        /// Any text.
        case everything
        /// Nothing, or any text that ends with `/`. Two states: the first chooses, the second reads the text.
        case directories
        case insideDirectories
    }

    private(set) var tokens: [Token] = []
    /// The leading characters, compared before anything else.
    private var prefix: [Unicode.Scalar] = []
    private var isLiteral: Bool { prefix.count == tokens.count }

    init(_ tokens: [Token]) {
        for token in tokens {
            self.tokens.append(token)
            if case .directories = token { self.tokens.append(.insideDirectories) }
        }
        for token in tokens {
            guard case .literal(let scalar) = token else { break }
            prefix.append(scalar)
        }
    }

    /// Whether the whole text matches.
    func matches(_ text: ArraySlice<Unicode.Scalar>) -> Bool {
        guard text.starts(with: prefix) else { return false }
        if isLiteral { return text.count == prefix.count }
        return states(after: text)?.last ?? false
    }

    /// Whether some text that starts with `text` may match.
    func mayMatch(startingWith text: ArraySlice<Unicode.Scalar>) -> Bool {
        guard zip(text, prefix).allSatisfy({ $0 == $1 }) else { return false }
        if isLiteral { return text.count <= prefix.count }
        return text.count <= prefix.count || states(after: text) != nil
    }

    /// The states that are possible after reading a text that starts with `prefix`; nil if there are none.
    private func states(after text: ArraySlice<Unicode.Scalar>) -> [Bool]? {
        var current = [Bool](repeating: false, count: tokens.count + 1)
        enter(prefix.count, &current)
        var next = current
        for scalar in text.dropFirst(prefix.count) {
            for index in next.indices { next[index] = false }
            var isAlive = false
            for (index, token) in tokens.enumerated() where current[index] {
                switch token {
                case .literal(let expected) where expected == scalar: enter(index + 1, &next)
                case .any where scalar != "/": enter(index + 1, &next)
                case .oneOf(let ranges, let isNegated)
                where ranges.contains(where: { $0.contains(scalar.value) }) != isNegated:
                    enter(index + 1, &next)
                case .star where scalar != "/": enter(index, &next)
                case .everything: enter(index, &next)
                case .insideDirectories:
                    enter(index, &next)
                    if scalar == "/" { enter(index + 1, &next) }
                default: continue
                }
                isAlive = true
            }
            guard isAlive else { return nil }
            swap(&current, &next)
        }
        return current
    }

    /// Marks a state and those reached from it without reading.
    private func enter(_ start: Int, _ states: inout [Bool]) {
        var index = start
        while !states[index] {
            states[index] = true
            guard index < tokens.count else { return }
            switch tokens[index] {
            case .star, .everything: index += 1
            case .directories:
                states[index + 1] = true
                index += 2
            default: return
            }
        }
    }
}
