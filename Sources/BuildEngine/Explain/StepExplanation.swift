public import FileSystem
public import OCI

/// Why a step was executed, or by which of its two keys it was found in the cache.
public struct StepExplanation: Hashable, Sendable {
    /// What became of the step.
    public enum Verdict: String, Hashable, Sendable {
        /// It is what it was in an earlier build, and so are all steps before it.
        case sameInputs = "same inputs"
        /// Steps before it were executed, but what it uses of their results is the same.
        case sameContent = "same content"
        /// It was executed.
        case executed
    }

    /// What became of the step.
    public var verdict: Verdict
    /// Why it was executed; the first reasons say the most. Empty for a step from the cache.
    public var reasons: [StepReason]
    /// The build that the step was compared with, if there was one.
    public var earlier: EarlierBuild?

    /// An explanation of the given parts.
    public init(_ verdict: Verdict, reasons: [StepReason] = [], earlier: EarlierBuild? = nil) {
        self.verdict = verdict
        self.reasons = reasons
        self.earlier = earlier
    }

    /// The explanation as JSON: `{"cached": "same inputs"}`, or `{"reasons": […], "earlier": {…}}`.
    public var json: JSONValue {
        guard verdict == .executed else { return ["cached": .string(verdict.rawValue)] }
        var json: JSONValue = ["reasons": .array(reasons.map(\.json))]
        json["earlier"] = earlier?.json
        return json
    }

    /// Reads what `json` gave; nil for what is no explanation.
    init?(_ json: JSONValue) {
        if let cached = json["cached"]?.stringValue {
            guard let verdict = Verdict(rawValue: cached), verdict != .executed else { return nil }
            self.init(verdict)
        } else {
            guard let reasons = json["reasons"]?.arrayValue else { return nil }
            self.init(
                .executed, reasons: reasons.compactMap { StepReason($0) },
                earlier: json["earlier"].flatMap(EarlierBuild.init))
        }
    }
}

/// A build of before, as explanations name it.
public struct EarlierBuild: Hashable, Sendable {
    /// Its number in the store.
    public var id: Int64
    /// When it began.
    public var started: Timestamp
    /// What it built: a tag, a target, or the place of the Dockerfile.
    public var label: String

    /// A build of the given parts.
    public init(id: Int64, started: Timestamp, label: String) {
        self.id = id
        self.started = started
        self.label = label
    }

    var json: JSONValue {
        [
            "build": .integer(id),
            "started": .string(RFC3339.string(seconds: started.seconds, nanoseconds: started.nanoseconds)),
            "label": .string(label),
        ]
    }

    init?(_ json: JSONValue) {
        guard let id = json["build"]?.integerValue, let text = json["started"]?.stringValue,
            let time = RFC3339.parse(text)
        else { return nil }
        self.init(
            id: id, started: Timestamp(seconds: time.seconds, nanoseconds: time.nanoseconds),
            label: json["label"]?.stringValue ?? "")
    }
}
