public import Dockerfile
public import FoundationEssentials
public import OCI

/// Names a step of a build for as long as the build lasts.
public struct StepID: Hashable, Sendable {
    /// Counted from 1 in the order in which steps are announced.
    public var rawValue: Int

    /// The step of a number.
    public init(rawValue: Int) { self.rawValue = rawValue }
}

/// What a step is, as a view of the build needs it.
public struct StepDescription: Sendable {
    /// Names the step in later events.
    public var id: StepID
    /// Identifies the step across builds.
    public var digest: Digest
    /// For people: `[build 2/5] RUN go build`.
    public var name: String
    /// The stage that the step belongs to.
    public var stage: String?
    /// The steps it waits for.
    public var inputs: [StepID]
    /// Where its instruction starts in the Dockerfile, from 1.
    public var line: Int?

    /// A description of the given parts.
    public init(id: StepID, digest: Digest, name: String, stage: String?, inputs: [StepID], line: Int?) {
        self.id = id
        self.digest = digest
        self.name = name
        self.stage = stage
        self.inputs = inputs
        self.line = line
    }
}

/// How a step ended.
public enum StepOutcome: Sendable {
    case executed
    case cached
    case canceled
    case failed(message: String)
}

/// Where a process wrote something.
public enum OutputStream: Int, Sendable {
    case standardOutput = 1
    case standardError = 2
}

/// Something that happened in a build.
public struct ProgressEvent: Sendable {
    /// What happened.
    public enum Kind: Sendable {
        /// The steps of the build, before the first of them starts. May come again with further steps.
        case planned([StepDescription])
        case started(StepID)
        /// Why a step is executed, before its output, or by which key it was found, before its end.
        case explained(StepID, StepExplanation)
        case output(StepID, OutputStream, [UInt8])
        /// Bytes moved so far, of `total` where that is known.
        case transfer(StepID, name: String, current: Int64, total: Int64?, finished: Bool)
        case finished(StepID, StepOutcome)
        /// Something that is probably not what was meant; its code is the name of a build check's rule.
        case warning(Diagnostic)
    }

    /// When it happened.
    public var time: Date
    /// What happened.
    public var kind: Kind

    /// An event of now, unless told otherwise.
    public init(time: Date = Date(), kind: Kind) {
        self.time = time
        self.kind = kind
    }
}

/// Takes the events of a build: a live view, a log, a JSON stream. Called from several tasks at once, each of which
/// waits for it.
public protocol ProgressSink: Sendable {
    func emit(_ event: ProgressEvent)
}
