/// Why a file of an image, or the whole of it, could not be read for its packages.
public struct SBOMError: Error, Hashable, Sendable {
    /// What went wrong; the list may grow.
    public struct Code: RawRepresentable, Hashable, Sendable {
        /// The name of the code.
        public let rawValue: String

        /// Makes a code.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// The bytes are not what their name promises.
        public static let damaged = Code(rawValue: "damaged")
        /// There is more of something than any honest image has.
        public static let tooLarge = Code(rawValue: "tooLarge")
        /// A form of the file that is not read.
        public static let unsupported = Code(rawValue: "unsupported")
    }

    /// What went wrong.
    public let code: Code
    /// A sentence without the file's name, which whoever catches it knows.
    public let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    static func damaged(_ message: String) -> SBOMError { SBOMError(.damaged, message) }
    static func tooLarge(_ message: String) -> SBOMError { SBOMError(.tooLarge, message) }
}

extension SBOMError: CustomStringConvertible {
    /// The message.
    public var description: String { message }
}
