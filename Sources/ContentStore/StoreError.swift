internal import Archive
internal import FileSystem
internal import OCI
internal import SystemPackage

/// Why the store, or an image layout, could not do what was asked. Whatever the code, nothing that was stored before is
/// lost.
public struct StoreError: Error, Sendable, CustomStringConvertible {
    /// The kind of failure; new codes may be added.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private let name: String
        private init(_ name: String) { self.name = name }

        /// The store's root, or a layout, is not a directory.
        public static let notADirectory = Code("notADirectory")
        /// The owners of files are kept in a way that this process cannot use.
        public static let otherOwners = Code("otherOwners")
        /// The directory is not a store and holds other things.
        public static let foreignDirectory = Code("foreignDirectory")
        /// The store cannot be written to.
        public static let readOnly = Code("readOnly")
        /// The permissions of a file forbid it.
        public static let permissionDenied = Code("permissionDenied")
        /// The disk, or the user's share of it, is full.
        public static let noSpace = Code("noSpace")
        /// The index was written by a newer program, or is no index of this program.
        public static let schemaVersion = Code("schemaVersion")
        /// The index is damaged.
        public static let corruptIndex = Code("corruptIndex")
        /// Another process kept the index locked for longer than the time limit.
        public static let busy = Code("busy")
        /// The bytes of a stored blob are no longer those of its digest.
        public static let corruptBlob = Code("corruptBlob")
        /// A blob is not there.
        public static let missingBlob = Code("missingBlob")
        /// Bytes do not have the digest that they should have.
        public static let digestMismatch = Code("digestMismatch")
        /// Bytes are more or fewer than they should be.
        public static let sizeMismatch = Code("sizeMismatch")
        /// A document is larger than any honest one.
        public static let tooLarge = Code("tooLarge")
        /// There is no such image.
        public static let noSuchImage = Code("noSuchImage")
        /// There are several such images.
        public static let ambiguous = Code("ambiguous")
        /// There is no such cache mount.
        public static let noSuchMount = Code("noSuchMount")
        /// An image is not available for the platform.
        public static let noSuchPlatform = Code("noSuchPlatform")
        /// A manifest, index or configuration is malformed.
        public static let invalidDocument = Code("invalidDocument")
        /// A directory or archive is no image layout, or a malformed one.
        public static let invalidLayout = Code("invalidLayout")
        /// Any other failure of the operating system.
        public static let inputOutput = Code("inputOutput")

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

extension StoreError {
    /// The store's view of an error from a lower floor, in the context of what was being done ("cannot import the
    /// layer").
    init(_ context: String?, _ error: any Error) {
        switch error {
        case let error as StoreError:
            self.init(error.code, error.message, cause: error.cause)
            if let context { message = "\(context): \(message)" }
        case let error as FileSystemError:
            self.init(Code(error.code), context ?? error.description, cause: context == nil ? nil : error)
        case let error as Errno:
            self.init(Code(error), context ?? error.description, cause: context == nil ? nil : error)
        case let error as OCIError:
            self.init(.invalidDocument, context ?? error.message, cause: context == nil ? nil : error)
        case let error as ArchiveError:
            let code: Code
            if let cause = error.cause as? Errno {
                code = Code(cause)
            } else {
                code = .invalidLayout
            }
            self.init(code, context ?? error.description, cause: context == nil ? nil : error)
        default:
            self.init(.inputOutput, context ?? String(describing: error), cause: context == nil ? nil : error)
        }
    }
}

extension StoreError.Code {
    init(_ errno: Errno) {
        switch errno {
        case .noSpace, .diskQuotaExceeded: self = .noSpace
        case .readOnlyFileSystem: self = .readOnly
        case .permissionDenied, .notPermitted: self = .permissionDenied
        case .notDirectory: self = .notADirectory
        default: self = .inputOutput
        }
    }
}

/// Runs `body` and turns every error of a lower floor into a `StoreError`.
func storeErrors<Result>(_ context: String? = nil, _ body: () throws -> Result) throws(StoreError) -> Result {
    do {
        return try body()
    } catch {
        throw StoreError(context, error)
    }
}
