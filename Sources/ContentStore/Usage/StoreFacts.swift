internal import FileSystem
internal import OCI

/// What the index says about everything in the store, read at one time.
struct StoreFacts: Sendable {
    /// An image: one descriptor with all its names.
    struct Image: Sendable {
        var names: [String] = []
        var id: Digest
        var built: Timestamp
        var contents: ImageContents
    }

    /// A cache record without its payload.
    struct Record: Sendable {
        var key: String
        var layers: [String]
        var blobs: [String]
        var summary: String
        var created: Timestamp
        var used: Timestamp
    }

    /// A blob that holds a layer.
    struct Variant: Sendable {
        var diffID: String
        var compression: String
        var blob: String
    }

    /// An unpacked layer.
    struct Layer: Sendable {
        var created: Timestamp
        var used: Timestamp
        /// What it takes on the disk, where that has been measured.
        var disk: Int64?
    }

    /// By the digest of the manifest or index.
    var images: [Digest: Image] = [:]
    var records: [Record] = []
    var variants: [Variant] = []
    /// By DiffID.
    var layers: [String: Layer] = [:]
    var mounts: [CacheMountRecord] = []
    /// When builds began, by their numbers.
    var builds: [Int64: Timestamp] = [:]
    /// What running processes use, and what that consists of.
    var pins: Set<String> = []
}

extension ContentStore {
    /// Reads what the index says. Pins nothing.
    func facts() throws(StoreError) -> StoreFacts {
        var facts = StoreFacts()
        for record in try images() {
            let digest = record.descriptor.digest
            if facts.images[digest] == nil {
                facts.images[digest] = StoreFacts.Image(
                    id: record.id, built: record.built, contents: try contents(of: record.descriptor))
            }
            if let name = record.name { facts.images[digest]?.names.append(name.familiarName) }
        }
        let (records, variants, layers, pins) =
            try reading { database throws(StoreError) in
                (
                    try Self.recordFacts(in: database), try Self.variantFacts(in: database),
                    try Self.layerFacts(in: database),
                    try database.rows("SELECT DISTINCT digest FROM pins", [], { $0.text(0) })
                )
            } ?? ([], [], [:], [])
        facts.records = records
        facts.variants = variants
        facts.layers = layers
        facts.mounts = try cacheMounts()
        let builds = try reading { database throws(StoreError) in
            try database.rows("SELECT id, started FROM builds") { ($0.integer(0), Timestamp(indexed: $0.integer(1))) }
        }
        for (build, started) in builds ?? [] { facts.builds[build] = started }
        facts.pins = Set(pins)
        for pin in pins {
            guard let descriptor = try pinnedDocument(pin) else { continue }
            let contents = try contents(of: descriptor)
            facts.pins.formUnion(contents.documents.keys.map(\.description))
            facts.pins.formUnion(contents.layers.keys.map(\.description))
            facts.pins.formUnion(contents.diffIDs.map(\.description))
        }
        for variant in variants where facts.pins.contains(variant.diffID) { facts.pins.insert(variant.blob) }
        return facts
    }

    private static func recordFacts(in database: Database) throws(StoreError) -> [StoreFacts.Record] {
        try database.rows("SELECT key, layers, blobs, summary, created, used FROM cache_records") { row in
            StoreFacts.Record(
                key: row.text(0), layers: row.text(1).split(separator: " ").map(String.init),
                blobs: row.text(2).split(separator: " ").map(String.init), summary: row.text(3),
                created: Timestamp(indexed: row.integer(4)), used: Timestamp(indexed: row.integer(5)))
        }
    }

    private static func variantFacts(in database: Database) throws(StoreError) -> [StoreFacts.Variant] {
        try database.rows("SELECT diff_id, compression, descriptor FROM layer_blobs") { row throws(StoreError) in
            let (diffID, compression, bytes) = (row.text(0), row.text(1), row.bytes(2))
            let descriptor = try storeErrors("a layer record of the index") { try Descriptor(parsing: bytes) }
            return StoreFacts.Variant(
                diffID: diffID, compression: compression, blob: descriptor.digest.description)
        }
    }

    private static func layerFacts(in database: Database) throws(StoreError) -> [String: StoreFacts.Layer] {
        let rows = try database.rows("SELECT diff_id, created, used, disk FROM layers") { row in
            (
                row.text(0),
                StoreFacts.Layer(
                    created: Timestamp(indexed: row.integer(1)), used: Timestamp(indexed: row.integer(2)),
                    disk: row.isNull(3) ? nil : row.integer(3))
            )
        }
        return Dictionary(rows) { first, _ in first }
    }
}
