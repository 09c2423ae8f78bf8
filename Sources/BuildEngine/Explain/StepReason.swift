/// One thing because of which a step was executed instead of being taken from the cache.
///
/// A value without any I/O: `StepComparison` finds them, ``Explainer`` adds what only the store knows, and `description`
/// says them in one line.
public struct StepReason: Hashable, Sendable {
    /// What kind of thing it is, as JSON names it.
    public struct Kind: Hashable, Sendable {
        /// The name in JSON.
        public var rawValue: String

        /// The kind of a name.
        public init(_ rawValue: String) { self.rawValue = rawValue }

        /// The text of the instruction; `old` is the one before.
        public static let instruction = Kind("instruction")
        /// A build argument by name.
        public static let argument = Kind("argument")
        /// An environment variable by name.
        public static let environment = Kind("environment")
        /// A setting of the step by name: its user, working directory, shell, network, destination, …
        public static let setting = Kind("setting")
        /// A mount by its target.
        public static let mount = Kind("mount")
        /// A file by its path; `change` says what became of it, `place` where it is.
        public static let file = Kind("file")
        /// More files than are named; `count` says how many.
        public static let moreFiles = Kind("more-files")
        /// Files of which nothing is known any more but that they were others.
        public static let files = Kind("files")
        /// The heredoc of the instruction.
        public static let heredoc = Kind("heredoc")
        /// Another source stands in the place of one.
        public static let source = Kind("source")
        /// What is at an address.
        public static let remote = Kind("remote")
        /// The image that a stage starts from or files come from.
        public static let image = Kind("image")
        /// A step that came to another result, by name; `causes` are the reasons for that.
        public static let step = Kind("step")
        /// The step before it is another, which was in the cache; `old` and `new` are its names.
        public static let order = Kind("order")
        /// `--no-cache`.
        public static let noCache = Kind("no-cache")
        /// `--no-cache-filter`, by the stage.
        public static let noCacheFilter = Kind("no-cache-filter")
        /// `SOURCE_DATE_EPOCH` is before the times of the kept result.
        public static let epoch = Kind("epoch")
        /// The store knows no earlier build of this Dockerfile.
        public static let firstBuild = Kind("first-build")
        /// Earlier builds of this Dockerfile had no such step.
        public static let newStep = Kind("new-step")
        /// The inputs are the same, but the step failed.
        public static let failed = Kind("failed")
        /// The inputs are the same, but the step was stopped.
        public static let canceled = Kind("canceled")
        /// The inputs are the same, but the result is not in the cache any more.
        public static let evicted = Kind("evicted")
        /// The inputs are the same, but the layers of the result are gone.
        public static let missingLayer = Kind("missing-layer")
    }

    /// What kind of thing it is.
    public var kind: Kind
    /// Which one: the name of a variable, the path of a file, the name of a step.
    public var name: String
    /// What it was; nil where there was nothing, or where it is not shown.
    public var old: String?
    /// What it is now; nil where there is nothing, or where it is not shown.
    public var new: String?
    /// What became of a file: `added`, `removed`, `content`, `mode`, `owner`, `link`, `kind` or `attributes`.
    public var change: String?
    /// Where a file is, unless it is in the build context: `mount /src`, `stage build`.
    public var place: String?
    /// How many files are not named.
    public var count: Int?
    /// Whether the values are kept to ourselves, because the name is that of a secret.
    public var isHidden: Bool
    /// Why another step came to another result.
    public var causes: [StepReason]

    /// A reason of the given parts.
    public init(
        _ kind: Kind, _ name: String = "", old: String? = nil, new: String? = nil, change: String? = nil,
        place: String? = nil, count: Int? = nil, isHidden: Bool = false, causes: [StepReason] = []
    ) {
        self.kind = kind
        self.name = name
        self.old = old
        self.new = new
        self.change = change
        self.place = place
        self.count = count
        self.isHidden = isHidden
        self.causes = causes
    }
}
