/// A `--mount` of `RUN` as written: its options, split but not expanded.
public struct MountFlag: Sendable, Hashable {
    /// One `key=value` or `key`.
    public struct Option: Sendable, Hashable {
        /// The key in lower case.
        public var key: String
        /// What follows `=`; nil if there is no `=`.
        public var value: String?
        /// The option as written.
        public var field: String
    }

    /// The options in order.
    public var options: [Option]
    /// Where the flag's value stands.
    public var range: SourceRange
    /// The value of `from`: a stage, a named context or an image. It never contains variables.
    public var from: String?
}
