import ContentStore
import OCI

/// Reads the members of an object in the records of a cache, which anybody may have written.
struct RecordReader {
    private let json: JSONValue

    init(_ json: JSONValue) { self.json = json }

    private func failure(_ key: String, _ problem: String) -> StoreError {
        StoreError(.invalidDocument, "the records of the cache are damaged: \"\(key)\" \(problem)")
    }

    func integer(_ key: String) throws(StoreError) -> Int64 {
        guard let value = json[key]?.integerValue else { throw failure(key, "is no whole number") }
        return value
    }

    func string(_ key: String) throws(StoreError) -> String {
        guard let value = json[key]?.stringValue else { throw failure(key, "is no text") }
        return value
    }

    func array(_ key: String) throws(StoreError) -> [RecordReader] {
        guard let values = json[key]?.arrayValue else { throw failure(key, "is no list") }
        return values.map(RecordReader.init)
    }

    func digest(_ key: String) throws(StoreError) -> Digest {
        guard let text = json[key]?.stringValue, let digest = try? Digest(parsing: text) else {
            throw failure(key, "is no digest")
        }
        return digest
    }

    /// A position in a list of `count` elements.
    func position(_ key: String, below count: Int) throws(StoreError) -> Int {
        let value = try integer(key)
        guard value >= 0, value < Int64(count) else { throw failure(key, "leads nowhere") }
        return Int(value)
    }

    /// What `read` makes of this object; nil where it has no such member.
    func optional<Value>(
        _ key: String, _ read: (RecordReader) throws(StoreError) -> Value
    ) throws(StoreError) -> Value? {
        json[key] == nil ? nil : try read(self)
    }
}
