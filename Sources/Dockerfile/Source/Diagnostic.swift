/// What the builder has to say about a place in a Dockerfile.
public struct Diagnostic: Sendable, Hashable {
    /// How serious a diagnostic is.
    public enum Severity: String, Sendable, Hashable {
        /// The build cannot go on.
        case error
        /// Probably not what was meant.
        case warning
        /// Additional information.
        case note
    }

    /// A stable name for the kind of diagnostic; build checks use the rule names of BuildKit (`StageNameCasing`).
    public struct Code: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
        /// The name as printed.
        public let rawValue: String

        /// Makes a code from its name.
        public init(rawValue: String) {
            self.rawValue = rawValue
        }

        /// The name as printed.
        public var description: String { rawValue }
    }

    /// How serious it is.
    public var severity: Severity
    /// What kind it is.
    public var code: Code
    /// What is wrong, in one sentence without a full stop.
    public var message: String
    /// What the user can do about it, if that is known.
    public var help: String?
    /// Where to read more, if there is such a place.
    public var url: String?
    /// The place in `source` which the message is about, if it is about one.
    public var range: SourceRange?
    /// The file that `range` belongs to.
    public var source: SourceFile?

    /// Makes a diagnostic from its parts.
    public init(
        severity: Severity, code: Code, message: String, help: String? = nil, url: String? = nil,
        range: SourceRange? = nil, source: SourceFile? = nil
    ) {
        self.severity = severity
        self.code = code
        self.message = message
        self.help = help
        self.url = url
        self.range = range
        self.source = source
    }
}

extension Diagnostic.Code {
    /// The file is not text, or a line of it is too long.
    public static let invalidText = Diagnostic.Code(rawValue: "invalid-text")
    /// The text does not follow the grammar.
    public static let syntax = Diagnostic.Code(rawValue: "syntax")
    /// A parser directive is wrong.
    public static let invalidDirective = Diagnostic.Code(rawValue: "invalid-directive")
    /// The file is for another frontend.
    public static let unsupportedFrontend = Diagnostic.Code(rawValue: "unsupported-frontend")
    /// No such instruction.
    public static let unknownInstruction = Diagnostic.Code(rawValue: "unknown-instruction")
    /// A flag is unknown, given twice or has no or a wrong value.
    public static let invalidFlag = Diagnostic.Code(rawValue: "invalid-flag")
    /// The arguments of an instruction are missing, too many or wrong.
    public static let invalidArgument = Diagnostic.Code(rawValue: "invalid-argument")
    /// An option of `RUN --mount` is wrong.
    public static let invalidMount = Diagnostic.Code(rawValue: "invalid-mount")
    /// A heredoc is not terminated or not allowed.
    public static let invalidHeredoc = Diagnostic.Code(rawValue: "invalid-heredoc")
    /// The file defines no stage, or an instruction stands before the first one.
    public static let noStage = Diagnostic.Code(rawValue: "no-stage")
    /// A variable could not be expanded.
    public static let expansion = Diagnostic.Code(rawValue: "expansion")
}
