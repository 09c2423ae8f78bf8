/// A pair of `ENV` or `LABEL`. Both words expand, with the values from before the instruction.
public struct KeyValuePair: Sendable, Hashable {
    /// The name; expands.
    public var key: Word
    /// The value; expands.
    public var value: Word
    /// Whether it was written as `KEY value` without `=`, where the value runs to the end of the line.
    public var isLegacyForm: Bool
}

/// `ENV <key>=<value> ...`: sets environment variables.
public struct EnvInstruction: Sendable, Hashable {
    /// The pairs in order; at least one.
    public var pairs: [KeyValuePair]
}

/// `LABEL <key>=<value> ...`: adds metadata.
public struct LabelInstruction: Sendable, Hashable {
    /// The pairs in order; at least one.
    public var pairs: [KeyValuePair]
}
