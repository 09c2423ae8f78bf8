public import FileSystem

/// Which items are meant; one without conditions means all.
public struct StoreItemFilter: Hashable, Sendable {
    /// The kinds, if not all are meant.
    public var kinds: Set<StoreItem.Kind> = []
    /// What ids begin with, `sha256:` left out or not, or the ids of cache mounts; any of them.
    public var ids: [String] = []
    /// What descriptions contain; any of them.
    public var descriptions: [String] = []
    /// Only what was not used at or after this time.
    public var unusedSince: Timestamp?
    /// Only what is shared, or what is not.
    public var isShared: Bool?
    /// Only what a running process uses, or what none uses.
    public var isInUse: Bool?
    /// Only what is changed in place, or what is not.
    public var isMutable: Bool?

    /// A filter that lets everything pass.
    public init() {}

    /// Whether an item meets all conditions. One of unknown age counts as old.
    public func matches(_ item: StoreItem) -> Bool {
        if !kinds.isEmpty, !kinds.contains(item.kind) { return false }
        if !ids.isEmpty, !ids.contains(where: { Self.matches(item, id: $0) }) { return false }
        if !descriptions.isEmpty, !descriptions.contains(where: { item.description.contains($0) }) { return false }
        if let limit = unusedSince, let time = item.lastUsed ?? item.created, time >= limit { return false }
        if let isShared, item.isShared != isShared { return false }
        if let isInUse, item.isInUse != isInUse { return false }
        if let isMutable, item.isMutable != isMutable { return false }
        return true
    }

    private static func matches(_ item: StoreItem, id: String) -> Bool {
        guard !id.isEmpty else { return false }
        if item.mountID == id || item.id.hasPrefix(id) { return true }
        return item.id.split(separator: ":").last?.hasPrefix(id) ?? false
    }
}
