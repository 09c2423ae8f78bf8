/// `ARG <name>[=<default>] ...`: declares build arguments.
public struct ArgInstruction: Sendable, Hashable {
    /// One declared argument.
    public struct Argument: Sendable, Hashable {
        /// The name; expands (so quotes around it disappear).
        public var name: Word
        /// What follows `=`, which may be empty; expands, and sees the arguments before it in the same instruction.
        public var defaultValue: Word?
        /// The comment above which starts with the argument's name: what the argument is for.
        public var documentation: String?
    }

    /// The arguments in order; at least one.
    public var arguments: [Argument]
}
