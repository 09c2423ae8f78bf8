public import FileSystem
public import OCI

/// What the index knows about an unpacked layer, `layers/<diffid hex>/`.
public struct UnpackedLayer: Hashable, Sendable {
    /// The digest of the layer's uncompressed archive.
    public var diffID: Digest
    /// The size of that archive in bytes.
    public var size: Int64
    /// The number of entries in that archive.
    public var entries: Int64
    /// When the layer was unpacked or committed.
    public var created: Timestamp
    /// When the layer was last used.
    public var lastUsed: Timestamp

    /// A record of the given parts.
    public init(
        diffID: Digest, size: Int64, entries: Int64, created: Timestamp = .now, lastUsed: Timestamp = .now
    ) {
        self.diffID = diffID
        self.size = size
        self.entries = entries
        self.created = created
        self.lastUsed = lastUsed
    }

    static let columns = "diff_id, size, entries, created, used"

    /// Reads a row of `columns`.
    init(_ row: borrowing Row) throws(StoreError) {
        let text = row.text(0)
        self.init(
            diffID: try storeErrors("a layer record of the index") { try Digest(parsing: text) }, size: row.integer(1),
            entries: row.integer(2), created: Timestamp(indexed: row.integer(3)),
            lastUsed: Timestamp(indexed: row.integer(4)))
    }
}
