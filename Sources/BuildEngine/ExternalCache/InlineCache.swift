import ContentStore
import OCI

/// The cache that an image carries in its configuration, beside where BuildKit has its own:
///
///     "slipway.cache.v1": {"version": 1, "base": 2,
///                          "records": [{"definition": "sha256:…", "content": "sha256:…", "layers": 3, "epoch": 1700000000}]}
///
/// `base` is how many layers are the base image's, `layers` how many of the image a step's file system has. It is there
/// only when it was asked for, so that the digests of other images are what they are without caches.
enum InlineCache {
    /// Our member of the image configuration.
    static let key = "slipway.cache.v1"
    /// That of BuildKit.
    static let buildKitKey = "moby.buildkit.cache.v0"

    /// What the configuration is to say of the steps that made the image.
    ///
    /// - Parameters:
    ///   - entries: of the result's own layers.
    ///   - base: how many layers are the base image's.
    static func json(_ entries: [CacheEntry], base: Int) -> JSONValue {
        let records: [JSONValue] = entries.map { entry in
            var json: JSONValue = [
                "definition": .string(entry.definition.description),
                "layers": .integer(Int64(base + entry.own.count)), "epoch": .integer(entry.epoch),
            ]
            if let content = entry.content { json["content"] = .string(content.description) }
            return json
        }
        return ["version": .integer(CacheDocument.version), "base": .integer(Int64(base)), "records": .array(records)]
    }

    /// Reads the member, whose records are about the image's own layers.
    ///
    /// - Parameter diffIDs: those of the image.
    /// - Throws: `StoreError` of code `invalidDocument`.
    static func document(_ json: JSONValue, diffIDs: [Digest]) throws(StoreError) -> CacheDocument {
        let reader = RecordReader(json)
        let version = try reader.integer("version")
        guard version == CacheDocument.version else {
            throw StoreError(
                .invalidDocument,
                "the cache has version \(version) of the format, this slipway knows \(CacheDocument.version)")
        }
        let base = try reader.position("base", below: diffIDs.count + 1)
        var document = CacheDocument()
        for position in base..<diffIDs.count {
            document.layers.append(
                .init(
                    diffID: diffIDs[position], blob: position,
                    parent: position == base ? nil : position - base - 1))
        }
        for element in try reader.array("records") {
            let count = try element.position("layers", below: diffIDs.count + 1)
            guard count > base else {
                throw StoreError(.invalidDocument, "the records of the cache are damaged: \"layers\" leads nowhere")
            }
            document.records.append(
                .init(
                    definition: try element.digest("definition"),
                    content: try element.optional("content") { (value) throws(StoreError) in
                        try value.digest("content")
                    },
                    layer: count - base - 1, epoch: try element.integer("epoch"), step: ""))
        }
        return document
    }
}

extension ImageAssembler {
    /// Has the image carry the records of the steps that made it.
    mutating func carryCache(_ entries: [CacheEntry]) {
        let own = entries.map(\.own.count).max() ?? 0
        inlineCache = InlineCache.json(entries, base: layers.count - own)
    }
}
