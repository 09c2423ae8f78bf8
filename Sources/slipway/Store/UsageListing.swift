import ContentStore
import FileSystem
import OCI

/// What `du` and `prune` show of things in the store, in buildx's columns and keys and some more.
struct UsageListing {
    var items: [StoreItem]
    /// Seconds since 1970.
    var now: Int64

    private static let widestDescription = 60

    /// A table as buildx prints it: `*` behind an id means that its content changes, behind a size that it is shared.
    var table: TextTable {
        var table = TextTable(header: ["ID", "TYPE", "RECLAIMABLE", "SIZE", "LAST ACCESSED", "DESCRIPTION"])
        table.rows = items.map { item in
            [
                Self.shortID(item) + (item.isMutable ? "*" : ""), item.kind.rawValue, "\(item.isReclaimable)",
                ByteCount.text(item.size, digits: 4) + (item.isShared ? "*" : ""), lastUsed(item),
                DisplayWidth.cut(
                    TerminalText.sanitized(Self.description(item)), to: Self.widestDescription, ellipsis: "..."),
            ]
        }
        return table
    }

    /// Everything that is known of each item, as buildx's `du --verbose` prints it.
    var details: String {
        items.map { item in
            var lines = [("ID", item.id)]
            if let created = item.created { lines.append(("Created at", RFC3339.string(seconds: created.seconds))) }
            lines += [
                ("Mutable", "\(item.isMutable)"), ("Reclaimable", "\(item.isReclaimable)"),
                ("Shared", "\(item.isShared)"), ("Size", ByteCount.text(item.size, digits: 4)),
            ]
            if !Self.description(item).isEmpty { lines.append(("Description", Self.description(item))) }
            if let count = item.useCount { lines.append(("Usage count", "\(count)")) }
            if item.lastUsed != nil { lines.append(("Last used", lastUsed(item))) }
            lines.append(("Type", item.kind.rawValue))
            lines.append(("Kept for", item.reasons.isEmpty ? "nothing" : item.reasons.joined(separator: "; ")))
            return lines.map { key, value in
                key + ":" + String(repeating: " ", count: 14 - key.count) + TerminalText.sanitized(value) + "\n"
            }.joined() + "\n"
        }.joined()
    }

    /// One object a line, sizes as numbers.
    var json: String {
        items.map { item in
            var object: [String: JSONValue] = [
                "ID": .string(item.id), "Type": .string(item.kind.rawValue), "Size": .integer(item.size),
                "Reclaimable": .bool(item.isReclaimable), "Shared": .bool(item.isShared),
                "Mutable": .bool(item.isMutable), "InUse": .bool(item.isInUse),
                "Description": .string(Self.description(item)), "KeptFor": .array(item.reasons.map { .string($0) }),
            ]
            if let created = item.created { object["CreatedAt"] = .string(RFC3339.string(seconds: created.seconds)) }
            if let used = item.lastUsed { object["LastUsedAt"] = .string(RFC3339.string(seconds: used.seconds)) }
            if let count = item.useCount { object["UsageCount"] = .integer(count) }
            if let mount = item.mountID { object["MountID"] = .string(mount) }
            return String(decoding: JSONValue.object(object).encoded(), as: UTF8.self) + "\n"
        }.joined()
    }

    /// The sums below a table.
    var summary: String {
        func size(_ condition: (StoreItem) -> Bool) -> String {
            ByteCount.text(items.filter(condition).reduce(0) { $0 + $1.size }, digits: 4)
        }
        var table = TextTable(header: ["Shared:", size(\.isShared)])
        table.minimumWidth = 16
        table.rows = [
            ["Private:", size { !$0.isShared }], ["Reclaimable:", size(\.isReclaimable)],
            ["Total:", size { _ in true }],
        ]
        return table.text
    }

    private func lastUsed(_ item: StoreItem) -> String {
        item.lastUsed.map { AgeText.since($0.seconds, now: now) } ?? ""
    }

    private static func description(_ item: StoreItem) -> String {
        switch (item.kind, item.description.isEmpty) {
        case (.internal, true) where item.id.hasPrefix("index.sqlite"): "index"
        case (.temporary, true): "files of a running process"
        default: item.description
        }
    }

    /// The first digits of a digest, which `--filter id=` and `prune` understand; other names whole.
    static func shortID(_ item: StoreItem) -> String {
        switch item.kind {
        case .layer, .blob, .image, .download: (try? Digest(parsing: item.id))?.short ?? item.id
        case .cacheMount:
            item.id.split(separator: "/").enumerated().map { $0 == 0 ? String($1.prefix(12)) : String($1) }
                .joined(separator: "/")
        case .buildLog, .buildState, .temporary, .internal: item.id
        }
    }
}
