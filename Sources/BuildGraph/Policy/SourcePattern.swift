/// A regular expression of a source policy, or text in which `*` stands for any text.
struct SourcePattern {
    private let regex: Regex<AnyRegexOutput>

    /// Throws ``SourcePolicyError`` for what is no pattern.
    init(_ pattern: String, isWildcard: Bool) throws(SourcePolicyError) {
        if isWildcard, pattern.contains("**") { throw SourcePolicyError("invalid wildcard: \"**\"") }
        do {
            regex = try Regex(isWildcard ? Self.expression(of: pattern) : pattern)
                .matchingSemantics(.unicodeScalar)
        } catch {
            throw SourcePolicyError("\"\(pattern)\" is no regular expression")
        }
    }

    private static func expression(of wildcard: String) -> String {
        var result = "^"
        for scalar in wildcard.unicodeScalars {
            if scalar == "*" {
                result += "(.*)"
            } else {
                let isPlain = scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || !scalar.isASCII
                result += (isPlain ? "" : "\\") + String(scalar)
            }
        }
        return result + "$"
    }

    func matches(_ text: String) -> Bool { text.firstMatch(of: regex) != nil }

    /// The text with every match replaced by a template, in which `$1`, `${1}` and `${name}` stand for groups and `$$` for
    /// a dollar, as Go's `regexp.ReplaceAllString` has it.
    func replacing(in text: String, with template: String) -> String {
        text.replacing(regex) { match in Self.expand(template, match) }
    }

    private static func expand(_ template: String, _ match: Regex<AnyRegexOutput>.Match) -> String {
        var result = ""
        var rest = template[...]
        while let dollar = rest.firstIndex(of: "$") {
            result += rest[..<dollar]
            rest = rest[rest.index(after: dollar)...]
            if rest.first == "$" {
                result += "$"
                rest = rest.dropFirst()
                continue
            }
            let isBraced = rest.first == "{"
            let body = isBraced ? rest.dropFirst() : rest
            let name = body.prefix { $0 == "_" || $0.isASCII && ($0.isLetter || $0.isNumber) }
            let after = body[name.endIndex...]
            guard !name.isEmpty, !isBraced || after.first == "}" else {
                // As Go has it, what is malformed stays.
                result += "$"
                continue
            }
            rest = isBraced ? after.dropFirst() : after
            if let number = Int(name) {
                if match.output.indices.contains(number) { result += match.output[number].substring ?? "" }
            } else if let group = match.output.first(where: { $0.name.map { $0 == name } ?? false }) {
                result += group.substring ?? ""
            }
        }
        return result + rest
    }
}
