/// Why a layer could not be unpacked, committed or read. Whatever the code, no layer is ever half there.
public struct LayerStoreError: Error, Sendable, CustomStringConvertible {
    /// The kind of failure; new codes may be added.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private let name: String
        private init(_ name: String) { self.name = name }

        /// The uncompressed bytes of a layer do not have the DiffID they should have.
        public static let diffIDMismatch = Code("diffIDMismatch")
        /// An entry of a layer's archive would reach outside the layer, or makes no sense.
        public static let invalidEntry = Code("invalidEntry")
        /// An owner has no id in this user namespace.
        public static let unmappedOwner = Code("unmappedOwner")
        /// A file of the source changed while it was being read.
        public static let sourceChanged = Code("sourceChanged")
        /// A layer is neither unpacked nor there as a blob.
        public static let missingLayer = Code("missingLayer")
        /// A tree holds something that a layer's archive cannot express.
        public static let unrepresentable = Code("unrepresentable")
        /// Resolving a path met too many symbolic links.
        public static let symbolicLinkLoop = Code("symbolicLinkLoop")
        /// A path of the image is not of the kind that was asked for.
        public static let wrongKind = Code("wrongKind")

        /// The code's name.
        public var description: String { name }
    }

    /// The kind of failure.
    public var code: Code
    /// One line for the user, without a full stop.
    public var message: String
    /// The error beneath, if there is one that says more.
    public var cause: (any Error)?

    /// Makes an error of `code`.
    public init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    /// The message and its cause, on one line.
    public var description: String { cause.map { "\(message): \($0)" } ?? message }
}
