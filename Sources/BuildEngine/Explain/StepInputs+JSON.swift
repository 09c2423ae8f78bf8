import OCI

/// The form in which the store keeps the inputs of a step.
extension StepInputs {
    var payload: [UInt8] {
        let json: JSONValue = [
            "instruction": .string(instruction), "facets": .array(facets.map(\.json)), "base": base?.json ?? .null,
            "sources": .array(sources.map(\.json)), "ending": .string(ending.rawValue),
        ]
        return json.encoded()
    }

    /// Reads a payload; nil for one that a later version may have written.
    init?(_ payload: [UInt8]) {
        guard let json = try? JSONValue(parsing: payload), let instruction = json["instruction"]?.stringValue,
            let ending = json["ending"]?.stringValue.flatMap(Ending.init(rawValue:)),
            let facets = json["facets"]?.arrayValue, let sources = json["sources"]?.arrayValue
        else { return nil }
        self.init(
            instruction: instruction, facets: facets.compactMap(Facet.init), base: json["base"].flatMap(Input.init),
            sources: sources.compactMap(Input.init), ending: ending)
        guard self.facets.count == facets.count, self.sources.count == sources.count else { return nil }
    }
}

extension StepInputs.Facet {
    fileprivate var json: JSONValue {
        [.string(kind.rawValue), .string(name), .string(value), .bool(isHidden), .bool(isWritten)]
    }

    fileprivate init?(_ json: JSONValue) {
        guard let parts = json.arrayValue, parts.count == 5, let kind = parts[0].stringValue,
            let name = parts[1].stringValue, let value = parts[2].stringValue, let isHidden = parts[3].boolValue,
            let isWritten = parts[4].boolValue
        else { return nil }
        self.init(kind: StepReason.Kind(kind), name: name, value: value, isHidden: isHidden, isWritten: isWritten)
    }
}

extension StepInputs.Input {
    fileprivate var json: JSONValue {
        var json: JSONValue = [
            "kind": .string(kind.rawValue), "name": .string(name), "label": .string(label),
            "identity": .string(identity),
        ]
        json["place"] = place.map { .string($0) }
        json["content"] = content.map { .string($0) }
        json["selection"] = selection.map { .string($0) }
        return json
    }

    fileprivate init?(_ json: JSONValue) {
        guard let kind = json["kind"]?.stringValue.flatMap(Kind.init(rawValue:)), let name = json["name"]?.stringValue,
            let label = json["label"]?.stringValue, let identity = json["identity"]?.stringValue
        else { return nil }
        self.init(
            kind: kind, name: name, label: label, place: json["place"]?.stringValue, identity: identity,
            content: json["content"]?.stringValue, selection: json["selection"]?.stringValue)
    }
}
