/// Environment variables in the order in which they were first set. Setting one again keeps its place, as in the
/// `Env` of an image configuration.
public struct EnvironmentList: Sendable, Hashable {
    /// A variable with its value.
    public struct Variable: Sendable, Hashable {
        /// What stands before the `=`.
        public var name: String
        /// What stands behind the `=`.
        public var value: String
    }

    /// The variables in order.
    public private(set) var variables: [Variable] = []

    /// No variables.
    public init() {}

    /// Reads `NAME=value` strings; one without `=` has an empty value.
    public init(_ assignments: [String]) {
        for assignment in assignments {
            let parts = assignment.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            self[String(parts[0])] = parts.count > 1 ? String(parts[1]) : ""
        }
    }

    /// The value of a variable; setting nil removes it.
    public subscript(name: String) -> String? {
        get { variables.first { $0.name == name }?.value }
        set {
            let index = variables.firstIndex { $0.name == name }
            switch (index, newValue) {
            case (let index?, let value?): variables[index].value = value
            case (let index?, nil): variables.remove(at: index)
            case (nil, let value?): variables.append(Variable(name: name, value: value))
            case (nil, nil): break
            }
        }
    }

    /// As `NAME=value` strings.
    public var assignments: [String] { variables.map { "\($0.name)=\($0.value)" } }

    /// The names in order.
    public var names: [String] { variables.map(\.name) }

    /// Whether there is no variable.
    public var isEmpty: Bool { variables.isEmpty }
}
