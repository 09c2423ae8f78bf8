/// A place in a parsed document, for turning it into typed values with errors that say where.
///
/// Go's decoder, which all other tools use, takes null for an absent member; so does this one.
struct JSONReader {
    let value: JSONValue?
    /// The place as a reader would write it, such as `config.Healthcheck.Test`; empty for the document itself.
    let place: String
    /// What the document is, for messages: "manifest".
    let document: String

    init(_ value: JSONValue?, document: String, place: String = "") {
        self.value = value == .null ? nil : value
        self.document = document
        self.place = place
    }

    func failure(_ problem: String) -> OCIError {
        OCIError(.invalidDocument, "invalid \(document): \(place.isEmpty ? "it" : place) \(problem)")
    }

    /// The member `key`; its value is nil when this has no such member.
    ///
    /// - Throws: `invalidDocument` when this is no object.
    func member(_ key: String) throws(OCIError) -> JSONReader {
        JSONReader(try object()[key], document: document, place: place.isEmpty ? key : place + "." + key)
    }

    func object() throws(OCIError) -> [String: JSONValue] {
        guard let value else { return [:] }
        guard case .object(let members) = value else { throw failure("is not an object") }
        return members
    }

    func array() throws(OCIError) -> [JSONReader] {
        guard let value else { return [] }
        guard case .array(let elements) = value else { throw failure("is not an array") }
        return elements.enumerated().map { JSONReader($1, document: document, place: "\(place)[\($0)]") }
    }

    func string() throws(OCIError) -> String? {
        guard let value else { return nil }
        guard case .string(let text) = value else { throw failure("is not a string") }
        return text
    }

    func integer() throws(OCIError) -> Int64? {
        guard let value else { return nil }
        guard case .integer(let number) = value else { throw failure("is not a whole number") }
        return number
    }

    func bool() throws(OCIError) -> Bool? {
        guard let value else { return nil }
        guard case .bool(let flag) = value else { throw failure("is neither true nor false") }
        return flag
    }

    func strings() throws(OCIError) -> [String] {
        var result: [String] = []
        for element in try array() {
            guard let text = try element.string() else { throw element.failure("is not a string") }
            result.append(text)
        }
        return result
    }

    func stringMap() throws(OCIError) -> [String: String] {
        var result: [String: String] = [:]
        for (key, value) in try object() {
            guard case .string(let text) = value else {
                throw OCIError(.invalidDocument, "invalid \(document): \(place)[\(quoted(key))] is not a string")
            }
            result[key] = text
        }
        return result
    }

    func digest() throws(OCIError) -> Digest? {
        guard let text = try string() else { return nil }
        do {
            return try Digest(parsing: text)
        } catch {
            throw failure("is an \(error.message)")
        }
    }

    func required<Value>(_ value: Value?) throws(OCIError) -> Value {
        guard let value else { throw failure("is missing") }
        return value
    }
}
