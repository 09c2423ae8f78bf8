public import ContentStore
import FileSystem
public import OCI

/// The form in which a report is stored, and shown to programs.
extension BuildReport {
    /// The report as JSON.
    public var json: JSONValue {
        var json: JSONValue = [
            "started": .string(RFC3339.string(seconds: started.seconds, nanoseconds: started.nanoseconds)),
            "milliseconds": .integer(milliseconds), "outcome": .string(outcome.rawValue),
            "dockerfile": .string(dockerfile), "tags": .strings(tags), "images": .strings(images.map(\.description)),
            "steps": .array(steps.map(\.json)),
        ]
        if id != 0 { json["build"] = .integer(id) }
        json["target"] = target.map { .string($0) }
        return json
    }

    var payload: [UInt8] { json.encoded() }

    /// Reads the record of a build; nil for one that a later version may have written.
    public init?(_ record: BuildRecord) {
        guard let json = try? JSONValue(parsing: record.payload), let dockerfile = json["dockerfile"]?.stringValue,
            let outcome = json["outcome"]?.stringValue.flatMap(Outcome.init(rawValue:)),
            let steps = json["steps"]?.arrayValue
        else { return nil }
        self.init(
            started: record.started, dockerfile: dockerfile, target: json["target"]?.stringValue,
            tags: (json["tags"]?.arrayValue ?? []).compactMap(\.stringValue))
        id = record.id
        milliseconds = json["milliseconds"]?.integerValue ?? 0
        self.outcome = outcome
        images = (json["images"]?.arrayValue ?? []).compactMap { $0.stringValue.flatMap { try? Digest(parsing: $0) } }
        self.steps = steps.compactMap(Step.init)
    }
}

extension BuildReport.Step {
    fileprivate var json: JSONValue {
        var json: JSONValue = [
            "name": .string(name), "stage": .string(stage), "milliseconds": .integer(milliseconds),
        ]
        json["line"] = line.map { .integer(Int64($0)) }
        json["outcome"] = outcome.map { .string($0.rawValue) }
        json["error"] = error.map { .string($0) }
        json["explanation"] = explanation?.json
        return json
    }

    fileprivate init?(_ json: JSONValue) {
        guard let name = json["name"]?.stringValue else { return nil }
        self.init(
            name: name, stage: json["stage"]?.stringValue ?? "",
            line: json["line"]?.integerValue.map { Int(clamping: $0) },
            outcome: json["outcome"]?.stringValue.flatMap(BuildReport.Outcome.init(rawValue:)),
            milliseconds: json["milliseconds"]?.integerValue ?? 0, error: json["error"]?.stringValue,
            explanation: json["explanation"].flatMap { StepExplanation($0) })
    }
}
