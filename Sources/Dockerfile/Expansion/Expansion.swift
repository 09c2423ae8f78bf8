/// What an expansion gave.
public struct Expansion: Sendable, Hashable {
    /// The text.
    public var text: String
    /// The text split at blanks that were not quoted.
    public var words: [String]
    /// The variables that were used and had a value.
    public var used: Set<String>
    /// The variables that were used and had none.
    public var undefined: Set<String>
}
