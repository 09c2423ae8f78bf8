/// What is wrong with a value or document of the OCI specifications that came from outside.
public struct OCIError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kind of mistake; new codes may be added.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private let name: String
        private init(_ name: String) { self.name = name }

        /// A digest whose algorithm is unknown or whose encoding is not lower-case hexadecimal of the right length.
        public static let invalidDigest = Code("invalidDigest")
        /// An image reference that does not follow the grammar of the distribution project.
        public static let invalidReference = Code("invalidReference")
        /// A platform specifier that is not `os[/architecture[/variant]]`.
        public static let invalidPlatform = Code("invalidPlatform")
        /// Bytes that are no JSON, or JSON nested too deep.
        public static let invalidJSON = Code("invalidJSON")
        /// JSON that is not the manifest, index, configuration or descriptor it should be.
        public static let invalidDocument = Code("invalidDocument")

        /// The code's name.
        public var description: String { name }
    }

    /// The kind of mistake.
    public var code: Code
    /// One sentence for the user, without a full stop.
    public var message: String

    /// Makes an error of `code` that reads `message`.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The message.
    public var description: String { message }
}
