import OCI

/// Rules about where a build may take its sources from, and what it takes instead: BuildKit's source policies.
///
/// BuildKit, `sourcepolicy/pb/policy.proto` and `sourcepolicy/engine.go`. A source is an identifier such as
/// `docker-image://docker.io/library/alpine:3.20` with attributes such as `http.checksum`. The rules of a policy are gone
/// through in order: of those that allow or deny and match, the last counts; the first that converts the source into
/// another has all policies start again with that one.
public struct SourcePolicy: Sendable, Hashable {
    /// What a rule does.
    public enum Action: String, Sendable, Hashable, CaseIterable {
        case allow = "ALLOW", deny = "DENY", convert = "CONVERT"
    }

    /// How a rule's identifier is compared.
    public enum MatchType: String, Sendable, Hashable, CaseIterable {
        /// `*` stands for any text.
        case wildcard = "WILDCARD"
        case exact = "EXACT"
        /// A regular expression, which need not match from start to end.
        case regex = "REGEX"
    }

    /// What an attribute has to be.
    public struct Constraint: Sendable, Hashable {
        /// How the value is compared.
        public enum Condition: String, Sendable, Hashable, CaseIterable {
            case equal = "EQUAL", notEqual = "NOTEQUAL", matches = "MATCHES"
        }

        /// The attribute's name.
        public var key: String
        /// The value, or a regular expression.
        public var value: String
        /// How they are compared.
        public var condition: Condition
    }

    /// One rule.
    public struct Rule: Sendable, Hashable {
        /// What it does.
        public var action: Action
        /// Which sources it is about.
        public var identifier: String
        /// How that is compared.
        public var matchType: MatchType
        /// What attributes have to be.
        public var constraints: [Constraint]
        /// What `CONVERT` makes of the source; nil where it is missing.
        public var update: Update?

        /// As it is named in messages.
        public var description: String { "\(action.rawValue) \(identifier)" }
    }

    /// What a source becomes.
    public struct Update: Sendable, Hashable {
        /// The new identifier, with `$1` or `${1}` for what was matched; empty for that of the rule.
        public var identifier: String
        /// New attributes.
        public var attributes: [String: String]
    }

    /// The rules in order.
    public var rules: [Rule]
}

/// A policy that cannot be read or applied, or a source that it denies.
public struct SourcePolicyError: Error, Sendable, CustomStringConvertible {
    /// Whether a source is denied; otherwise the policy is wrong.
    public var isDenial: Bool
    /// One sentence without a full stop.
    public var description: String

    init(_ description: String, isDenial: Bool = false) {
        self.description = description
        self.isDenial = isDenial
    }
}

extension SourcePolicy {
    /// Reads a policy in JSON. Actions, match types and conditions are names or the numbers of the protocol.
    ///
    /// Throws ``SourcePolicyError`` with the place of what is wrong.
    public init(parsing bytes: [UInt8]) throws(SourcePolicyError) {
        let json: JSONValue
        do { json = try JSONValue(parsing: bytes) } catch { throw SourcePolicyError("\(error)") }
        guard case .object = json else { throw SourcePolicyError("it is no JSON object") }
        if let version = json["version"]?.integerValue, version != 0, version != 1 {
            throw SourcePolicyError("its version is \(version), only 1 is known")
        }
        rules = []
        for (index, rule) in try Self.list(json, "rules", "rules").enumerated() {
            rules.append(try Rule(rule, place: "rules[\(index)]"))
        }
    }

    fileprivate static func list(
        _ json: JSONValue, _ key: String, _ place: String
    ) throws(SourcePolicyError) -> [JSONValue] {
        switch json[key] {
        case nil, .null?: return []
        case .array(let elements)?: return elements
        default: throw SourcePolicyError("\(place) is no list")
        }
    }

    fileprivate static func text(
        _ json: JSONValue, _ key: String, _ place: String
    ) throws(SourcePolicyError) -> String {
        switch json[key] {
        case nil, .null?: return ""
        case .string(let text)?: return text
        default: throw SourcePolicyError("\(place).\(key) is no text")
        }
    }

    /// A name or number of an enumeration whose first case is the default.
    fileprivate static func choice<Choice: RawRepresentable & CaseIterable>(
        _ json: JSONValue, _ key: String, _ place: String
    ) throws(SourcePolicyError) -> Choice where Choice.RawValue == String {
        let all = Array(Choice.allCases)
        switch json[key] {
        case nil, .null?: return all[0]
        case .integer(let number)? where all.indices.contains(Int(number)): return all[Int(number)]
        case .string(let name)?: if let choice = Choice(rawValue: name.uppercased()) { return choice }
        default: break
        }
        throw SourcePolicyError(
            "\(place).\(key) is none of \(all.map(\.rawValue).joined(separator: ", "))")
    }
}

extension SourcePolicy.Rule {
    fileprivate init(_ json: JSONValue, place: String) throws(SourcePolicyError) {
        guard case .object? = json["selector"], let selector = json["selector"] else {
            throw SourcePolicyError("\(place) has no selector")
        }
        action = try SourcePolicy.choice(json, "action", place)
        identifier = try SourcePolicy.text(selector, "identifier", "\(place).selector")
        let matchKey = selector["matchType"] == nil ? "match_type" : "matchType"
        matchType = try SourcePolicy.choice(selector, matchKey, "\(place).selector")
        constraints = []
        let list = try SourcePolicy.list(selector, "constraints", "\(place).selector.constraints")
        for (index, constraint) in list.enumerated() {
            let place = "\(place).selector.constraints[\(index)]"
            constraints.append(
                SourcePolicy.Constraint(
                    key: try SourcePolicy.text(constraint, "key", place),
                    value: try SourcePolicy.text(constraint, "value", place),
                    condition: try SourcePolicy.choice(constraint, "condition", place)))
        }
        switch json["updates"] {
        case nil, .null?: update = nil
        case .object?:
            let json = json["updates"] ?? [:]
            var attributes: [String: String] = [:]
            for (key, value) in json["attrs"]?.objectValue ?? [:] {
                guard let text = value.stringValue else {
                    throw SourcePolicyError("\(place).updates.attrs.\(key) is no text")
                }
                attributes[key] = text
            }
            update = SourcePolicy.Update(
                identifier: try SourcePolicy.text(json, "identifier", "\(place).updates"), attributes: attributes)
        default: throw SourcePolicyError("\(place).updates is no object")
        }
        guard action != .convert || update != nil else {
            throw SourcePolicyError("\(place): missing destination for convert rule")
        }
        // What cannot be understood is told before anything is built.
        if matchType != .exact { _ = try SourcePattern(identifier, isWildcard: matchType == .wildcard) }
        for constraint in constraints where constraint.condition == .matches {
            _ = try SourcePattern(constraint.value, isWildcard: false)
        }
    }
}
