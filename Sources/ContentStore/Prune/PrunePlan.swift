internal import FileSystem
internal import OCI

/// What a pruning removes: decided from what there is, without touching it.
struct PrunePlan: Equatable {
    /// A cache record, as long as no build has used it since.
    struct Record: Equatable {
        var key: String
        var used: Timestamp
    }

    /// A compressed form of a layer.
    struct Variant: Equatable {
        var diffID: String
        var compression: String
    }

    /// What is left of a build: all of it, or what was kept of its failed step.
    struct Build: Equatable {
        var number: Int64
        var part: ContentStore.BuildPart
        /// What goes with it.
        var items: [String]
    }

    var records: [Record] = []
    /// Digests of manifests and indexes without a name.
    var images: [String] = []
    /// Directories below `mounts/`.
    var mounts: [String] = []
    var variants: [Variant] = []
    var builds: [Build] = []

    /// Whether files that something refers to now will be garbage.
    var letsGoOfFiles: Bool { !(records.isEmpty && images.isEmpty && variants.isEmpty) }

    /// Something that is removed as a whole, and lets go of what it needs.
    private struct Unit {
        enum Subject {
            case record(Record)
            case image(String)
            case mount(String)
            case variant(Variant)
            case build(Build)
        }

        var subject: Subject
        /// What the policy's filter looks at.
        var item: StoreItem
        /// The digests, or the directory, that it keeps.
        var needs: [String]
        /// The digest that goes with it, whoever else keeps it.
        var takes: String?
        /// Whether it is of no use to anything but itself, unless everything is asked for.
        var needsAll = false
        var isInUse = false
    }

    /// - Parameter free: what the disk has left, in bytes.
    init(_ inventory: StoreInventory, _ policy: PrunePolicy, free: Int64) {
        var items: [String: StoreItem] = [:]
        for item in inventory.items where item.kind != .internal && item.kind != .temporary { items[item.id] = item }
        let units = Self.units(inventory.facts, items)
        var users: [String: Int] = [:]
        for need in units.lazy.flatMap(\.needs) { users[need, default: 0] += 1 }
        var used = items.values.reduce(0) { $0 + ($1.images.isEmpty ? $1.size : 0) }
        let limit = policy.keptSize(used: used, free: free)
        // The least recently used first.
        let candidates = units.filter { unit in
            !unit.isInUse && (policy.includesAll || !unit.needsAll) && policy.filter.matches(unit.item)
        }.sorted { Self.age($0.item, $0.item.id) < Self.age($1.item, $1.item.id) }
        for unit in candidates {
            if let limit, used <= limit { break }
            add(unit.subject)
            for need in unit.needs { users[need, default: 1] -= 1 }
            for id in unit.needs.filter({ users[$0] == 0 }) + [unit.takes].compactMap({ $0 }) {
                guard let item = items[id], item.images.isEmpty, !item.isInUse else { continue }
                used -= item.size
                items[id] = nil
            }
        }
    }

    private mutating func add(_ subject: Unit.Subject) {
        switch subject {
        case .record(let record): records.append(record)
        case .image(let digest): images.append(digest)
        case .mount(let directory): mounts.append(directory)
        case .variant(let variant): variants.append(variant)
        case .build(let build): builds.append(build)
        }
    }

    private static func age(_ item: StoreItem, _ id: String) -> (Timestamp, String) {
        (item.lastUsed ?? item.created ?? .unixEpoch, id)
    }

    // MARK: What can be removed

    private static func units(_ facts: StoreFacts, _ items: [String: StoreItem]) -> [Unit] {
        var variants: [String: [StoreFacts.Variant]] = [:]
        for variant in facts.variants { variants[variant.diffID, default: []].append(variant) }
        func withVariants(_ diffIDs: [String]) -> [String] {
            Array(Set(diffIDs + diffIDs.flatMap { variants[$0, default: []].map(\.blob) }))
        }
        var units = facts.records.map { record in
            unit(of: record, needs: withVariants(record.layers) + record.blobs, facts, items)
        }
        for (digest, image) in facts.images where image.names.isEmpty {
            var item = items[digest.description] ?? StoreItem(kind: .image, id: digest.description)
            item.lastUsed = image.built
            let contents = image.contents
            let needs = [Array(contents.documents.keys), Array(contents.layers.keys), Array(contents.missing)]
                .joined().map(\.description)
            units.append(
                Unit(
                    subject: .image(digest.description), item: item,
                    needs: Array(Set(needs + withVariants(image.contents.diffIDs.map(\.description)))),
                    isInUse: facts.pins.contains(digest.description)))
        }
        for item in items.values where item.kind == .cacheMount {
            units.append(Unit(subject: .mount(item.id), item: item, needs: [item.id], isInUse: item.isInUse))
        }
        for item in items.values {
            guard let number = item.build else { continue }
            let part: ContentStore.BuildPart = item.kind == .buildState ? .state : .whole
            let state = "\(item.id)/\(ContentStore.BuildPart.state.rawValue)"
            let build = Build(number: number, part: part, items: part == .whole ? [item.id, state] : [item.id])
            units.append(
                Unit(
                    subject: .build(build), item: item, needs: [item.id], takes: part == .whole ? state : nil,
                    isInUse: item.isInUse))
        }
        for variant in facts.variants where isSpare(variant, among: variants[variant.diffID, default: []], facts, items)
        {
            guard let item = items[variant.blob] else { continue }
            units.append(
                Unit(
                    subject: .variant(Variant(diffID: variant.diffID, compression: variant.compression)), item: item,
                    needs: [], takes: variant.blob, needsAll: true, isInUse: item.isInUse))
        }
        return units
    }

    private static func unit(
        of record: StoreFacts.Record, needs: [String], _ facts: StoreFacts, _ items: [String: StoreItem]
    ) -> Unit {
        let isDownload = record.layers.isEmpty && !record.blobs.isEmpty
        var item = StoreItem(kind: isDownload ? .download : .layer, id: record.key)
        if let made = (record.layers.last ?? record.blobs.last).flatMap({ items[$0] }) {
            let kind = item.kind
            item = made
            item.kind = kind
        }
        item.created = record.created
        item.lastUsed = record.used
        item.description = record.summary
        item.isInUse = facts.pins.contains(record.key)
        // Where images have everything that it needs, nothing is gained. A layer may be there in one of its forms only.
        let present = needs.compactMap { items[$0] }
        let isSpare = present.isEmpty || present.contains { $0.images.isEmpty }
        return Unit(
            subject: .record(Record(key: record.key, used: record.used)), item: item, needs: needs,
            needsAll: !isSpare, isInUse: item.isInUse)
    }

    /// Whether a compressed form of a layer is this program's own work and can be made again.
    ///
    /// A form without a level came from elsewhere and may be the only source of its bytes; where there is such a form, it
    /// is what the others are made from, else the unpacked layer is.
    private static func isSpare(
        _ variant: StoreFacts.Variant, among all: [StoreFacts.Variant], _ facts: StoreFacts,
        _ items: [String: StoreItem]
    ) -> Bool {
        func isForeign(_ variant: StoreFacts.Variant) -> Bool {
            !variant.compression.contains(":") && variant.compression != "uncompressed"
        }
        let isPartOfImage = facts.images.values.contains { image in
            image.contents.layers.keys.contains { $0.description == variant.blob }
        }
        if isPartOfImage || isForeign(variant) { return false }
        let foreign = all.filter(isForeign)
        if !foreign.isEmpty { return foreign.contains { items[$0.blob] != nil } }
        return items[variant.diffID]?.kind == .layer
    }
}
