/// Why an archive or a compressed stream could not be read or written.
///
/// Errors thrown by a caller's own ``ByteSource`` or ``ByteSink`` pass through the readers and writers of this module
/// unchanged; everything this module finds itself is an `ArchiveError`.
public struct ArchiveError: Error, CustomStringConvertible {
    /// What went wrong, for programs. More codes may be added.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The stable name of the code.
        public let description: String

        /// The input ends inside a header, an entry or a compressed stream.
        public static let truncated = Code("truncated")
        /// A header, a number or an extended record does not follow the format.
        public static let malformed = Code("malformed")
        /// The bytes are of a format, or use a feature of it, that is not supported.
        public static let unsupported = Code("unsupported")
        /// Compressed data does not decompress, or its check sum differs.
        public static let corrupt = Code("corrupt")
        /// Bytes which are not part of the stream follow its end.
        public static let trailingGarbage = Code("trailing-garbage")
        /// A limit on sizes or on expansion has been reached.
        public static let limitExceeded = Code("limit-exceeded")
        /// An entry handed to the writer cannot be stored in a tar archive.
        public static let unrepresentable = Code("unrepresentable")
        /// An entry got more or fewer bytes than it announced.
        public static let sizeMismatch = Code("size-mismatch")
        /// A call came in the wrong order, such as contents before an entry or a write after the end.
        public static let invalidState = Code("invalid-state")
        /// The operating system failed to read or write; ``ArchiveError/cause`` tells why.
        public static let inputOutput = Code("input-output")
        /// A compression library refused its parameters or ran out of memory.
        public static let compressionFailed = Code("compression-failed")

        private init(_ description: String) { self.description = description }
    }

    /// What went wrong, for programs.
    public var code: Code
    /// What went wrong, for people: one line without a final full stop.
    public var message: String
    /// Where in the stream, in bytes from its beginning, if that is known.
    public var offset: Int64?
    /// The error beneath this one, if there is one.
    public var cause: (any Error)?

    /// Makes an error.
    public init(_ code: Code, _ message: String, offset: Int64? = nil, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.offset = offset
        self.cause = cause
    }

    /// The message, the place and the cause in one line.
    public var description: String {
        var text = message
        if let offset { text += " (at byte \(offset))" }
        if let cause { text += ": \(cause)" }
        return text
    }
}
