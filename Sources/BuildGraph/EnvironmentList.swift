/// Environment variables in the order in which they were first set. Setting one again keeps its place, as in the
/// `Env` of an image configuration.
public struct EnvironmentList: Sendable, Hashable {
    /// A variable with its value.
    public struct Variable: Sendable, Hashable {
        public var name: String
        public var value: String
    }

    public private(set) var variables: [Variable] = []

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

    public var names: [String] { variables.map(\.name) }

    public var isEmpty: Bool { variables.isEmpty }
}
