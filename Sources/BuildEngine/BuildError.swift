public import Dockerfile

/// Why a build ended without an image.
public struct BuildError: Error, Sendable {
    /// What kind of failure it is. More may come; compare with `==`.
    public struct Code: Hashable, Sendable {
        /// Its name, as programs are told: `process-failed`.
        public let name: String
        /// Whether the command line or the Dockerfile is wrong, rather than the build having failed.
        public let isUsage: Bool

        private init(_ name: String, isUsage: Bool = false) {
            self.name = name
            self.isUsage = isUsage
        }

        /// The Dockerfile cannot be read, or is wrong.
        public static let invalidDockerfile = Code("invalid-dockerfile", isUsage: true)
        /// An option has a value that cannot be, or that does not fit the Dockerfile.
        public static let invalidOption = Code("invalid-option", isUsage: true)
        /// The context cannot be read.
        public static let invalidContext = Code("invalid-context", isUsage: true)
        /// A base image cannot be had.
        public static let imageUnavailable = Code("image-unavailable")
        /// A source policy denies a source.
        public static let sourceDenied = Code("source-denied")
        /// A source has no entry in the lock file.
        public static let sourceNotLocked = Code("source-not-locked")
        /// A `COPY` or `ADD` failed.
        public static let copyFailed = Code("copy-failed")
        /// A process of a `RUN` ended with a failure.
        public static let processFailed = Code("process-failed")
        /// A process of a `RUN` took longer than it may.
        public static let processTimedOut = Code("process-timed-out")
        /// A process of a `RUN` could not be started.
        public static let processNotStarted = Code("process-not-started")
        /// The result could not be written.
        public static let exportFailed = Code("export-failed")
        /// The store failed: full, read-only or damaged.
        public static let storeFailed = Code("store-failed")
    }

    /// What kind of failure it is.
    public var code: Code
    /// What is wrong, in one sentence without a full stop.
    public var message: String
    /// The instruction at fault.
    public var range: SourceRange?
    /// The Dockerfile that `range` is in.
    public var source: SourceFile?
    /// What the user can do.
    public var help: String?
    /// The last lines that the process wrote, for a `RUN` that failed.
    public var output: [String]
    /// The number of the build in the store, if it came to have one.
    public var build: Int64?
    /// Whether the step that failed was kept, so that it can be reopened.
    public var isStepKept = false
    /// The error beneath, if there is one that says more.
    public var cause: (any Error)?

    /// An error of the given parts.
    public init(
        _ code: Code, _ message: String, range: SourceRange? = nil, source: SourceFile? = nil, help: String? = nil,
        output: [String] = [], cause: (any Error)? = nil
    ) {
        self.code = code
        self.message = message
        self.range = range
        self.source = source
        self.help = help
        self.output = output
        self.cause = cause
    }
}

extension BuildError: CustomStringConvertible {
    /// The message and its cause, on one line.
    public var description: String {
        guard let cause else { return message }
        return "\(message): \(cause)"
    }
}
