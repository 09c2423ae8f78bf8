/// What `prune` may remove and how much it leaves. What named images need and what running processes use always stays.
public struct PrunePolicy: Hashable, Sendable {
    /// Whether cache records go whose results named images need as well, so that only the images stay, and compressed
    /// forms of layers that no image has and that can be made again.
    public var includesAll = false
    /// What may go.
    public var filter = StoreItemFilter()
    /// The cache is not made smaller than this, in bytes.
    public var reservedSpace: Int64?
    /// The cache is made as small as this, in bytes.
    public var maximumUsedSpace: Int64?
    /// The cache is made smaller until the disk has so much free space, in bytes.
    public var minimumFreeSpace: Int64?

    /// A policy that removes what no named image needs.
    public init() {}

    /// How large the cache may stay; nil when there is no limit to keep to and all that may go goes.
    ///
    /// The rules are BuildKit's (cache/manager.go, calculateKeepBytes).
    ///
    /// - Parameters:
    ///   - used: what the cache takes now, in bytes.
    ///   - free: what the disk has left for this user, in bytes.
    func keptSize(used: Int64, free: Int64) -> Int64? {
        let maximum = maximumUsedSpace.flatMap { $0 > 0 ? $0 : nil }
        let reserved = reservedSpace ?? 0
        let minimumFree = minimumFreeSpace ?? 0
        if maximum == nil, reserved <= 0, minimumFree <= 0 { return nil }
        var kept = maximum ?? 0
        let excess = minimumFree - free
        if minimumFree > 0, excess > 0 {
            kept = min(maximum ?? used, used - excess)
        } else if minimumFree > 0, maximum == nil {
            kept = used
        }
        return max(kept, reserved)
    }
}

/// What `prune` removed.
public struct PruneReport: Sendable {
    /// The things that lay on the disk, with their sizes, the largest first.
    public var items: [StoreItem] = []
    /// How many cache records went.
    public var records = 0
    /// How many images without a name went.
    public var images = 0

    /// The bytes that are free now.
    public var size: Int64 { items.reduce(0) { $0 + $1.size } }
    /// Whether anything went.
    public var isEmpty: Bool { items.isEmpty && records == 0 && images == 0 }
}
