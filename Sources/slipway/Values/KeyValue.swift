/// `KEY=value` as `--build-arg` and `--label` take it.
struct KeyValue: Hashable, Sendable {
    var key: String
    var value: String
}

extension KeyValue {
    /// Reads the values of a repeatable flag; later ones win, in place.
    ///
    /// - Parameters:
    ///   - environment: where the value of a bare `KEY` comes from; such a key is left out if it is not there. `nil` for
    ///     flags with which a bare key has an empty value.
    static func parse(
        _ texts: [String], flag: String, environment: [String: String]?
    ) throws(CommandLineError) -> [KeyValue] {
        var result: [KeyValue] = []
        for text in texts {
            let pair = text.splitOnce("=")
            guard !pair.before.isEmpty else { throw CommandLineError("\(flag): \"\(text)\" has no name") }
            let value: String
            if let given = pair.after {
                value = given
            } else if let environment {
                guard let inherited = environment[pair.before] else { continue }
                value = inherited
            } else {
                value = ""
            }
            if let index = result.firstIndex(where: { $0.key == pair.before }) {
                result[index].value = value
            } else {
                result.append(KeyValue(key: pair.before, value: value))
            }
        }
        return result
    }
}
