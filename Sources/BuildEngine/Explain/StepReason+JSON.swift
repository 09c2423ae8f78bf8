public import OCI

extension StepReason {
    /// The reason as JSON: `{"kind": "file", "name": "main.go", "change": "content"}`. What does not apply is left out.
    public var json: JSONValue {
        var json: JSONValue = ["kind": .string(kind.rawValue)]
        if !name.isEmpty { json["name"] = .string(name) }
        json["old"] = old.map { .string($0) }
        json["new"] = new.map { .string($0) }
        json["change"] = change.map { .string($0) }
        json["place"] = place.map { .string($0) }
        json["count"] = count.map { .integer(Int64($0)) }
        if isHidden { json["hidden"] = true }
        if !causes.isEmpty { json["causes"] = .array(causes.map(\.json)) }
        return json
    }

    /// Reads what `json` gave; nil for what is no reason. `depth` bounds how far causes are followed.
    init?(_ json: JSONValue, depth: Int = 8) {
        guard depth > 0, let kind = json["kind"]?.stringValue else { return nil }
        self.init(
            Kind(kind), json["name"]?.stringValue ?? "", old: json["old"]?.stringValue, new: json["new"]?.stringValue,
            change: json["change"]?.stringValue, place: json["place"]?.stringValue,
            count: json["count"]?.integerValue.map { Int(clamping: $0) }, isHidden: json["hidden"]?.boolValue ?? false,
            causes: (json["causes"]?.arrayValue ?? []).compactMap { StepReason($0, depth: depth - 1) })
    }
}
