public import FileSystem
public import OCI

/// What an operation of a build gave, kept under the operation's key.
public struct CacheRecord: Hashable, Sendable {
    /// The digest of the operation and its inputs.
    public var key: Digest
    /// The result, in the form that the build engine chose.
    public var payload: [UInt8]
    /// The DiffIDs of the layers that the result needs; garbage collection keeps them as long as the record.
    public var layers: [Digest]
    /// The blobs that the result needs besides; kept likewise.
    public var blobs: [Digest]
    /// What the operation was, for people: `RUN make`.
    public var summary: String
    /// When the result was stored.
    public var created: Timestamp
    /// When the result was last used.
    public var lastUsed: Timestamp

    /// A record of the given parts.
    public init(
        key: Digest, payload: [UInt8], layers: [Digest] = [], blobs: [Digest] = [], summary: String = "",
        created: Timestamp = .now, lastUsed: Timestamp = .now
    ) {
        self.key = key
        self.payload = payload
        self.layers = layers
        self.blobs = blobs
        self.summary = summary
        self.created = created
        self.lastUsed = lastUsed
    }

    static let columns = "key, payload, layers, blobs, summary, created, used"

    /// Reads a row of `columns`.
    init(_ row: borrowing Row) throws(StoreError) {
        let (key, layers, blobs) = (row.text(0), row.text(2), row.text(3))
        let digests = try storeErrors("a cache record of the index") {
            (key: try Digest(parsing: key), layers: try Self.digests(layers), blobs: try Self.digests(blobs))
        }
        self.init(
            key: digests.key, payload: row.bytes(1), layers: digests.layers, blobs: digests.blobs, summary: row.text(4),
            created: Timestamp(indexed: row.integer(5)), lastUsed: Timestamp(indexed: row.integer(6)))
    }

    static func digests(_ text: String) throws(OCIError) -> [Digest] {
        var result: [Digest] = []
        for word in text.split(separator: " ") { result.append(try Digest(parsing: String(word))) }
        return result
    }

    static func text(_ digests: [Digest]) -> String { digests.map(\.description).joined(separator: " ") }
}
