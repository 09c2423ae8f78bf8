internal import FileSystem
internal import OCI

/// What the store remembers of an address: the content it had, and by what to ask whether it still has it.
struct WebRecord: Hashable, Sendable {
    var digest: Digest
    var size: Int64
    /// The entity tag, as the server wrote it.
    var entityTag: String?
    /// The `Last-Modified` header, as the server wrote it.
    var lastModified: String?
    /// Whether the file had not changed for so long when it was fetched that its time tells versions apart.
    var isTimeReliable = false

    /// The key of an address's record in the store. A pinned content has one of its own, so that it stays known when the
    /// address has come to mean something else.
    static func key(_ url: String, checksum: Digest?) -> Digest {
        Digest.sha256(of: "slipway/web/1\n\(checksum?.description ?? "")\n\(url)")
    }

    /// The headers that ask for the content only if it is another one.
    var conditions: [(name: String, value: String)] {
        if let entityTag { return [("If-None-Match", entityTag)] }
        if let lastModified, isTimeReliable { return [("If-Modified-Since", lastModified)] }
        return []
    }

    var payload: [UInt8] {
        var members: [String: JSONValue] = [
            "digest": .string(digest.description), "size": .integer(size), "reliable": .bool(isTimeReliable),
        ]
        if let entityTag { members["etag"] = .string(entityTag) }
        if let lastModified { members["modified"] = .string(lastModified) }
        return JSONValue.object(members).encoded()
    }

    init(digest: Digest, size: Int64, entityTag: String?, lastModified: String?, isTimeReliable: Bool) {
        self.digest = digest
        self.size = size
        self.entityTag = entityTag
        self.lastModified = lastModified
        self.isTimeReliable = isTimeReliable
    }

    /// Reads a record; nil for one that a later version may have written.
    init?(_ payload: [UInt8]) {
        guard let json = try? JSONValue(parsing: payload), let text = json["digest"]?.stringValue,
            let digest = try? Digest(parsing: text), let size = json["size"]?.integerValue
        else { return nil }
        self.init(
            digest: digest, size: size, entityTag: json["etag"]?.stringValue,
            lastModified: json["modified"]?.stringValue, isTimeReliable: json["reliable"]?.boolValue ?? false)
    }
}
