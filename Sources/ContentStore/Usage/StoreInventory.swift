internal import FileSystem
internal import OCI
public import SystemPackage

/// What there is in a store: every file belongs to exactly one item, so that the sizes add up to what du(1) says of the
/// store's directory.
public struct StoreInventory: Sendable {
    /// Everything there is, the largest first.
    public private(set) var items: [StoreItem]
    /// What the index said.
    let facts: StoreFacts

    /// The bytes of everything.
    public var total: Int64 { items.reduce(0) { $0 + $1.size } }

    /// Which sizes are measured.
    enum Measurement {
        /// All.
        case full
        /// All but those of layers that were measured before: layers never change.
        case unknown
    }

    /// Lists the store at `root`. Where there is no store, there is nothing.
    ///
    /// The store is closed again before anything is measured, so that what is only there while it is open, such as the
    /// log of the index, is not counted, unless other processes have it open.
    ///
    /// - Throws: `StoreError`.
    public static func take(of root: FilePath) throws(StoreError) -> StoreInventory {
        guard ContentStore.exists(root) else { return StoreInventory(items: [], facts: StoreFacts()) }
        return try take(of: root, try readFacts(of: root), .full)
    }

    private static func readFacts(of root: FilePath) throws(StoreError) -> StoreFacts {
        try ContentStore.open(root: root).facts()
    }

    static func take(
        of root: FilePath, _ facts: StoreFacts, _ measurement: Measurement
    ) throws(StoreError) -> StoreInventory {
        var files = StoreFiles(root: root)
        if measurement == .unknown { files.knownLayers = facts.layers.compactMapValues(\.disk) }
        try storeErrors("cannot look through the store \(root)") { try files.walk() }
        var items = files.items.map { describe($0, facts) }
        for index in items.indices {
            switch items[index].kind {
            case .cacheMount: items[index].isInUse = try ContentStore.isCacheMountHeld(items[index].id, in: root)
            case .buildLog, .buildState:
                guard let build = items[index].build else { break }
                items[index].isInUse = try ContentStore.isBuildDirectoryHeld("\(build)", in: root)
            default: break
            }
        }
        return StoreInventory(items: sorted(describeOwners(of: items, facts)), facts: facts)
    }

    // MARK: What things are

    /// Says of an item found on the disk what the index knows about it alone.
    private static func describe(_ item: StoreItem, _ facts: StoreFacts) -> StoreItem {
        var item = item
        switch item.kind {
        case .layer:
            item.created = facts.layers[item.id]?.created
            item.lastUsed = facts.layers[item.id]?.used
        case .cacheMount:
            guard let record = facts.mounts.first(where: { $0.directory == item.id }) else { break }
            item.created = record.created
            item.lastUsed = record.lastUsed
            item.useCount = record.uses
            item.mountID = record.id
            item.description = "cache mount \(record.id)"
            if !record.target.isEmpty, record.target != record.id { item.description += " on \(record.target)" }
            if record.isImported { item.description += ", imported" }
        case .buildLog, .buildState:
            guard let build = item.build else { break }
            item.description = item.kind == .buildLog ? "logs of build \(build)" : "failed step of build \(build)"
            item.created = facts.builds[build]
        default: break
        }
        return item
    }

    /// Says of every item who needs it.
    private static func describeOwners(of items: [StoreItem], _ facts: StoreFacts) -> [StoreItem] {
        var items = items
        var places: [String: [Int]] = [:]
        for (index, item) in items.enumerated() where [.layer, .blob].contains(item.kind) {
            places[item.id, default: []].append(index)
        }
        var variants: [String: [StoreFacts.Variant]] = [:]
        for variant in facts.variants { variants[variant.diffID, default: []].append(variant) }
        func each(_ digests: some Sequence<String>, _ body: (inout StoreItem) -> Void) {
            for digest in digests {
                for place in places[digest] ?? [] { body(&items[place]) }
            }
        }
        func withVariants(_ diffIDs: some Sequence<String>) -> Set<String> {
            var result = Set(diffIDs)
            for diffID in result { result.formUnion((variants[diffID] ?? []).map(\.blob)) }
            return result
        }
        for variant in facts.variants {
            each([variant.blob]) { $0.description = "layer \(Self.short(variant.diffID)), \(variant.compression)" }
        }
        for image in facts.images.values {
            let documents = Set(image.contents.documents.keys.map(\.description))
            let layers = withVariants(image.contents.diffIDs.union(image.contents.layers.keys).map(\.description))
            each(documents) { item in
                item.kind = .image
                item.description = "documents of \(image.names.first ?? "an image without a name")"
                item.created = item.created ?? image.built
            }
            each(documents.union(layers).union(image.contents.missing.map(\.description))) { item in
                item.images += image.names
                if image.names.isEmpty { item.unnamedImages += 1 }
            }
        }
        for record in facts.records.sorted(by: { ($0.created, $0.key) < ($1.created, $1.key) }) {
            let isDownload = record.layers.isEmpty && !record.blobs.isEmpty
            // The last layer is what the step has made.
            each(record.layers.suffix(1)) { if $0.description.isEmpty { $0.description = record.summary } }
            each(withVariants(record.layers).union(record.blobs)) { item in
                if isDownload, item.kind == .blob {
                    item.kind = .download
                    item.description = record.summary
                }
                if !item.steps.contains(record.summary) { item.steps.append(record.summary) }
                item.created = item.created ?? record.created
                item.lastUsed = max(item.lastUsed ?? record.used, record.used)
            }
        }
        each(facts.pins) { $0.isInUse = true }
        for index in items.indices {
            items[index].images = Array(Set(items[index].images)).sorted()
            if items[index].kind == .layer, items[index].description.isEmpty {
                items[index].description = items[index].images.first.map { "layer of \($0)" } ?? "layer"
            }
        }
        return items
    }

    private static func sorted(_ items: [StoreItem]) -> [StoreItem] {
        items.sorted { ($1.size, $0.kind.rawValue, $0.id) < ($0.size, $1.kind.rawValue, $1.id) }
    }

    /// The beginning of a digest, as tables show it.
    static func short(_ digest: String) -> String {
        String((digest.split(separator: ":").last ?? "").prefix(12))
    }
}
