/// A table of a TOML document, or the whole document.
public struct TOMLTable: Hashable, Sendable {
    /// A value, and the line of its key, the first being 1.
    public struct Member: Hashable, Sendable {
        /// The value.
        public var value: TOMLValue
        /// The line of its key.
        public var line: Int
    }

    /// The members by their keys.
    public internal(set) var members: [String: Member] = [:]
    /// The line that the table begins on.
    public let line: Int

    init(line: Int) { self.line = line }

    /// The value of a key; nil where there is none.
    public subscript(key: String) -> TOMLValue? { members[key]?.value }

    /// Reads a whole document.
    ///
    /// - Throws: `TOMLError` for what is not TOML, for text that is not UTF-8, and for values or names nested deeper than
    ///   64 levels. The caller limits the number of bytes.
    public init(parsing bytes: [UInt8]) throws(TOMLError) {
        var parser = TOMLParser(bytes: bytes)
        self = try parser.document()
    }
}
