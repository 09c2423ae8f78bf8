/// A licence, or several, as SPDX writes them (SPDX 2.3, annex D), with the identifiers in the list's spelling.
struct LicenseExpression: Hashable {
    /// The expression.
    let text: String
    /// Whether it is a single identifier.
    let isIdentifier: Bool

    /// Reads an expression of identifiers that are on the list; nil for anything else.
    init?(_ text: String) {
        guard text.utf8.count <= 2000 else { return nil }
        var parser = Parser(text)
        guard let parsed = parser.expression(depth: 0), parser.isAtEnd else { return nil }
        self.text = parsed
        isIdentifier = LicenseList.licenses[parsed.lowercased()] == parsed
    }

    /// Reads what a package says of its licence: one of the names under which Debian and others know licences of the list, or an
    /// expression. Nil for everything else.
    init?(stated text: String) {
        guard
            let expression = Self.identifier(inDebian: text).flatMap({ LicenseExpression($0) })
                ?? LicenseExpression(text)
        else { return nil }
        self = expression
    }

    /// The identifier of what Debian calls `GPL-2+`, `Expat` and the like (Debian's copyright format 1.0, section 7.2).
    private static func identifier(inDebian name: String) -> String? {
        let lower = name.lowercased()
        switch lower {
        case "expat": return "MIT"
        case "apache-2", "apache 2.0", "apache license 2.0", "apache license, version 2.0", "apache-2.0 license":
            return "Apache-2.0"
        case "mit license", "the mit license": return "MIT"
        case "bsd-3": return "BSD-3-Clause"
        case "bsd-2": return "BSD-2-Clause"
        default: break
        }
        for family in ["gpl", "lgpl", "agpl", "gfdl"] where lower.hasPrefix(family + "-") {
            var version = lower.dropFirst(family.count + 1)
            let orLater = version.hasSuffix("+")
            if orLater { version.removeLast() }
            guard let first = version.utf8.first, first.isASCIIDigit else { return nil }
            if !version.contains(".") { version += ".0" }
            return family.uppercased() + "-" + version + (orLater ? "-or-later" : "-only")
        }
        return nil
    }

    private struct Parser {
        private var tokens: [Substring] = []

        init(_ text: String) {
            for word in text.split(whereSeparator: \.isWhitespace) {
                var rest = word
                while let place = rest.firstIndex(where: { $0 == "(" || $0 == ")" }) {
                    if place > rest.startIndex { tokens.append(rest[..<place]) }
                    tokens.append(rest[place...place])
                    rest = rest[rest.index(after: place)...]
                }
                if !rest.isEmpty { tokens.append(rest) }
            }
            tokens.reverse()
        }

        var isAtEnd: Bool { tokens.isEmpty }

        private mutating func take(_ word: String) -> Bool {
            guard tokens.last?.uppercased() == word else { return false }
            tokens.removeLast()
            return true
        }

        mutating func expression(depth: Int) -> String? {
            guard var result = conjunction(depth: depth) else { return nil }
            while take("OR") {
                guard let next = conjunction(depth: depth) else { return nil }
                result += " OR " + next
            }
            return result
        }

        private mutating func conjunction(depth: Int) -> String? {
            guard var result = term(depth: depth) else { return nil }
            while take("AND") {
                guard let next = term(depth: depth) else { return nil }
                result += " AND " + next
            }
            return result
        }

        private mutating func term(depth: Int) -> String? {
            if take("(") {
                guard depth < 20, let inside = expression(depth: depth + 1), take(")") else { return nil }
                return "(" + inside + ")"
            }
            guard let word = tokens.popLast()?.lowercased() else { return nil }
            var license = LicenseList.licenses[word]
            if license == nil, word.hasSuffix("+") {
                license = LicenseList.licenses[String(word.dropLast())].map { $0 + "+" }
            }
            guard let license else { return nil }
            guard take("WITH") else { return license }
            guard let exception = tokens.popLast().flatMap({ LicenseList.exceptions[$0.lowercased()] }) else {
                return nil
            }
            return license + " WITH " + exception
        }
    }
}
