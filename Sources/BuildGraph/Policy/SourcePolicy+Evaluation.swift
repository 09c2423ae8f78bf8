extension SourcePolicy {
    /// A source of a build as policies see it.
    public struct Source: Sendable, Hashable {
        /// Such as `docker-image://docker.io/library/alpine:3.20`, `https://example.com/file` or `git://host/repository#ref`.
        public var identifier: String
        /// Such as `http.checksum` and `git.fullurl`.
        public var attributes: [String: String]

        /// A source of the given parts.
        public init(_ identifier: String, attributes: [String: String] = [:]) {
            self.identifier = identifier
            self.attributes = attributes
        }
    }

    /// How often one source may be converted.
    private static let conversionLimit = 20

    /// What becomes of a source by several policies.
    ///
    /// Throws ``SourcePolicyError`` where it is denied, or converted again and again.
    public static func evaluate(_ policies: [SourcePolicy], _ source: Source) throws(SourcePolicyError) -> Source {
        var source = source
        var count = 0
        while try convert(policies, &source) {
            count += 1
            guard count <= conversionLimit else {
                throw SourcePolicyError(
                    "too many mutations on a single source: the source policy converts \(source.identifier) in circles")
            }
        }
        return source
    }

    /// Goes through all policies once, up to a rule that makes another source of it.
    private static func convert(
        _ policies: [SourcePolicy], _ source: inout Source
    ) throws(SourcePolicyError) -> Bool {
        for policy in policies {
            var denial: (number: Int, rule: Rule)?
            for (index, rule) in policy.rules.enumerated() where try rule.matches(source) {
                switch rule.action {
                case .allow: denial = nil
                case .deny: denial = (index + 1, rule)
                case .convert:
                    let converted = try rule.converted(source)
                    if converted != source {
                        source = converted
                        return true
                    }
                }
            }
            if let denial {
                throw SourcePolicyError(
                    "source \"\(source.identifier)\" denied by policy: rule \(denial.number), \(denial.rule.description)",
                    isDenial: true)
            }
        }
        return false
    }
}

extension SourcePolicy.Rule {
    fileprivate func matches(_ source: SourcePolicy.Source) throws(SourcePolicyError) -> Bool {
        for constraint in constraints {
            let value = source.attributes[constraint.key] ?? ""
            let isMet =
                switch constraint.condition {
                case .equal: value == constraint.value
                case .notEqual: value != constraint.value
                case .matches: try SourcePattern(constraint.value, isWildcard: false).matches(value)
                }
            guard isMet else { return false }
        }
        if identifier == source.identifier { return true }
        guard matchType != .exact else { return false }
        return try SourcePattern(identifier, isWildcard: matchType == .wildcard).matches(source.identifier)
    }

    fileprivate func converted(_ source: SourcePolicy.Source) throws(SourcePolicyError) -> SourcePolicy.Source {
        guard let update else { return source }
        let template = update.identifier.isEmpty ? identifier : update.identifier
        var result = source
        switch matchType {
        case .exact: result.identifier = template
        case .wildcard, .regex:
            let pattern = try SourcePattern(identifier, isWildcard: matchType == .wildcard)
            if pattern.matches(source.identifier) {
                result.identifier = pattern.replacing(in: source.identifier, with: template)
            } else if matchType == .regex {
                // Named as it stands, with letters that mean something else in an expression.
                result.identifier = source.identifier
            }
        }
        if result.identifier.isEmpty { result.identifier = source.identifier }
        result.attributes.merge(update.attributes) { $1 }
        return result
    }
}
