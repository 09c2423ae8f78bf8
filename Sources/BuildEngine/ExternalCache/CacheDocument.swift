import ContentStore
import OCI

/// The records of a cache, as they stand in the configuration of its manifest:
///
///     {"slipway":
///       {"version": 1,
///        "layers": [{"diffID": "sha256:…", "blob": 0}, {"diffID": "sha256:…", "blob": 1, "parent": 0}],
///        "records": [{"definition": "sha256:…", "content": "sha256:…", "layer": 1, "epoch": 1700000000, "step": "RUN make"}]},
///      "layers": [{"blob": "sha256:…", "parent": -1}, …],
///      "records": [{"digest": "sha256:…", "layers": [{"layer": 1}]}]}
///
/// A record says that the operation of these keys adds, with those below it, the layers that end with `layer`; the layers
/// of the base image come before them and are no part of the cache, since whoever asks has the base. `blob` is the
/// position among the manifest's layers. Parents stand before their children, so there is no circle.
///
/// What stands beside `slipway` is the same in the form of BuildKit's cache (its `cache/remotecache/v1` package), for
/// programs that copy, list or clean such caches. A BuildKit that is given one reads it and finds none of its keys.
///
/// Nothing but the keys leads from a step to its layers: who trusts the cache trusts that they belong together.
struct CacheDocument: Hashable, Sendable {
    /// Where the records stand in a configuration.
    static let member = "slipway"
    static let version: Int64 = 1

    struct Layer: Hashable, Sendable {
        var diffID: Digest
        /// The position of its blob among the manifest's layers.
        var blob: Int
        /// The position of the layer below it; nil for the first above the base.
        var parent: Int?
    }

    struct Record: Hashable, Sendable {
        var definition: Digest
        var content: Digest?
        /// The position of its uppermost layer.
        var layer: Int
        /// The epoch of the build that made it, in seconds.
        var epoch: Int64
        /// The step's name, for people.
        var step: String
    }

    var layers: [Layer] = []
    var records: [Record] = []

    /// The layers above the base that a record stands for, the lowest first; nil unless there are exactly so many.
    func chain(of record: Record, count: Int) -> [Layer]? {
        var chain: [Layer] = []
        var next: Int? = record.layer
        while let current = next {
            guard chain.count < count else { return nil }
            chain.append(layers[current])
            next = layers[current].parent
        }
        return chain.count == count ? chain.reversed() : nil
    }
}

extension CacheDocument {
    /// Reads the configuration of a cache.
    ///
    /// - Parameter blobCount: how many layers the manifest has.
    /// - Throws: `StoreError` of code `invalidDocument` for anything that the format does not allow.
    init(parsing bytes: [UInt8], blobCount: Int) throws(StoreError) {
        let json: JSONValue
        do { json = try JSONValue(parsing: bytes) } catch {
            throw StoreError(.invalidDocument, "the records of the cache cannot be read", cause: error)
        }
        guard let own = json[Self.member] else {
            throw StoreError(
                .invalidDocument,
                "it is a cache of BuildKit, whose keys mean nothing here: write one with slipway's --cache-to")
        }
        let reader = RecordReader(own)
        let version = try reader.integer("version")
        guard version == Self.version else {
            throw StoreError(
                .invalidDocument, "the cache has version \(version) of the format, this slipway knows \(Self.version)")
        }
        for element in try reader.array("layers") {
            let parent = try element.optional("parent") { (value) throws(StoreError) in
                try value.position("parent", below: layers.count)
            }
            layers.append(
                Layer(
                    diffID: try element.digest("diffID"), blob: try element.position("blob", below: blobCount),
                    parent: parent))
        }
        for element in try reader.array("records") {
            records.append(
                Record(
                    definition: try element.digest("definition"),
                    content: try element.optional("content") { (value) throws(StoreError) in
                        try value.digest("content")
                    },
                    layer: try element.position("layer", below: layers.count), epoch: try element.integer("epoch"),
                    step: try element.string("step")))
        }
    }

    /// The configuration as deterministic JSON.
    ///
    /// - Parameter blobs: the digests of the manifest's layers.
    func encoded(blobs: [Digest]) -> [UInt8] {
        let buildKitLayers: [JSONValue] = layers.map { layer in
            ["blob": .string(blobs[layer.blob].description), "parent": .integer(Int64(layer.parent ?? -1))]
        }
        let buildKitRecords: [JSONValue] = records.map { record in
            ["digest": .string(record.definition.description), "layers": [["layer": .integer(Int64(record.layer))]]]
        }
        let layers: [JSONValue] = layers.map { layer in
            var json: JSONValue = [
                "diffID": .string(layer.diffID.description), "blob": .integer(Int64(layer.blob)),
            ]
            if let parent = layer.parent { json["parent"] = .integer(Int64(parent)) }
            return json
        }
        let records: [JSONValue] = records.map { record in
            var json: JSONValue = [
                "definition": .string(record.definition.description), "layer": .integer(Int64(record.layer)),
                "epoch": .integer(record.epoch), "step": .string(record.step),
            ]
            if let content = record.content { json["content"] = .string(content.description) }
            return json
        }
        let own: JSONValue = [
            "version": .integer(Self.version), "layers": .array(layers), "records": .array(records),
        ]
        let json: JSONValue = [
            Self.member: own, "layers": .array(buildKitLayers), "records": .array(buildKitRecords),
        ]
        return json.encoded()
    }
}
