import ContentStore
import OCI

/// The records of a cache that others wrote, and the way to its layers, of which none is fetched before a step needs it.
struct ImportedCache: Sendable {
    /// What it is called in messages.
    let name: String
    let document: CacheDocument
    /// The layers of the manifest.
    let blobs: [Descriptor]
    /// Brings a blob into the store, where it is verified.
    let fetch: @Sendable (Descriptor) async throws -> Void
    /// Records by both of their keys.
    private let positions: [Digest: Int]

    init(
        name: String, document: CacheDocument, blobs: [Descriptor],
        fetch: @escaping @Sendable (Descriptor) async throws -> Void
    ) {
        self.name = name
        self.document = document
        self.blobs = blobs
        self.fetch = fetch
        var positions: [Digest: Int] = [:]
        for (position, record) in document.records.enumerated() {
            for key in [record.definition, record.content] {
                if let key, positions[key] == nil { positions[key] = position }
            }
        }
        self.positions = positions
    }

    /// What a step gives: its record, and its own layers with the blobs that hold them.
    struct Found {
        var record: CacheDocument.Record
        var layers: [(diffID: Digest, blob: Descriptor)]
    }

    /// The record under a key, if its layers are as many as the operation makes.
    func find(_ key: Digest, fitting shape: StackShape) -> Found? {
        guard let position = positions[key] else { return nil }
        let record = document.records[position]
        guard let chain = document.chain(of: record, count: shape.ownCount) else { return nil }
        return Found(record: record, layers: chain.map { ($0.diffID, blobs[$0.blob]) })
    }
}
