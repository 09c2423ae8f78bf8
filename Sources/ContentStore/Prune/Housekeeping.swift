public import FileSystem

/// An amount of disk space: bytes, or a share of the disk.
public enum DiskSpace: Hashable, Sendable {
    case bytes(Int64)
    /// 0 to 100.
    case percentage(Int64)

    /// In bytes, on a disk of `total` bytes.
    func bytes(of total: Int64) -> Int64 {
        switch self {
        case .bytes(let bytes): bytes
        // Divided first: no disk is too large.
        case .percentage(let share): total / 100 * share
        }
    }
}

/// How the store looks after itself at the end of builds.
///
/// The rules are those of BuildKit's default policy (cmd/buildkitd/config/gcpolicy.go). The cache is what the store has
/// beside the images with names and what these need.
///
/// 1. When the cache takes more than 512 MB, cache mounts and downloads go that nobody has used for 48 hours,
///    and logs and kept states of builds as old.
/// 2. When the cache takes more than it may, what nobody has used for 60 days goes, then whatever was not used for
///    longest. It may take 80 % of the disk but at most 100 GB, and less when the disk has less than 20 % left; 10 % of
///    the disk, at most 10 GB, is never taken from it.
public struct HousekeepingPolicy: Hashable, Sendable {
    /// What the cache may take.
    public var maximumUsedSpace: DiskSpace?
    /// The least time between two looks at the store, in nanoseconds.
    public var interval: Int64

    /// The usual policy.
    ///
    /// - Parameters:
    ///   - maximumUsedSpace: nil for 80 % of the disk, at most 100 GB.
    ///   - interval: in nanoseconds.
    public init(maximumUsedSpace: DiskSpace? = nil, interval: Int64 = 3_600_000_000_000) {
        self.maximumUsedSpace = maximumUsedSpace
        self.interval = interval
    }

    private static let greatestMaximum: Int64 = 100_000_000_000
    private static let greatestReserve: Int64 = 10_000_000_000
    private static let hour: Int64 = 3600

    /// The rules, in the order in which they are applied.
    ///
    /// - Parameter total: the size of the disk in bytes.
    func rules(now: Timestamp, total: Int64) -> [PrunePolicy] {
        var reproducible = PrunePolicy()
        reproducible.filter.kinds = [.cacheMount, .download, .buildLog, .buildState]
        reproducible.filter.unusedSince = Timestamp(seconds: now.seconds - 48 * Self.hour)
        reproducible.maximumUsedSpace = 512_000_000

        var limited = PrunePolicy()
        let usual = min(DiskSpace.percentage(80).bytes(of: total), Self.greatestMaximum)
        // A limit of nothing is none to PrunePolicy.
        let maximum = max(1, maximumUsedSpace?.bytes(of: total) ?? usual)
        limited.maximumUsedSpace = maximum
        limited.minimumFreeSpace = DiskSpace.percentage(20).bytes(of: total)
        limited.reservedSpace = min(DiskSpace.percentage(10).bytes(of: total), Self.greatestReserve, maximum)

        var old = limited
        old.filter.unusedSince = Timestamp(seconds: now.seconds - 60 * 24 * Self.hour)
        var everything = limited
        everything.includesAll = true
        return [reproducible, old, limited, everything]
    }
}

extension ContentStore {
    /// Prunes by `policy` when that has not been done for the policy's interval. Costs one look-up otherwise.
    ///
    /// - Returns: What went; nil when it was not time yet, or another process does it.
    /// - Throws: `readOnly`, `busy`, `inputOutput`.
    public func keepHouse(_ policy: HousekeepingPolicy, now: Timestamp = .now) throws(StoreError) -> PruneReport? {
        guard try isTime(for: "prune", policy, now: now) else { return nil }
        var report = PruneReport()
        for rule in policy.rules(now: now, total: try space().total) {
            let part = try prune(rule, .unknown)
            report.items += part.items
            report.records += part.records
            report.images += part.images
        }
        return report
    }

    /// Whether this process is the one to do something now, which counts as done then.
    private func isTime(
        for name: String, _ policy: HousekeepingPolicy, now: Timestamp
    ) throws(StoreError) -> Bool {
        let last = try reading { database throws(StoreError) in
            try database.integer("SELECT time FROM housekeeping WHERE name = ?", [.text(name)])
        }
        // A time in the future is that of a clock that was wrong.
        if let last = last ?? nil, last <= now.indexed, now.indexed - last < policy.interval { return false }
        return try writing(isLosable: true) { database throws(StoreError) in
            let seen = try database.integer("SELECT time FROM housekeeping WHERE name = ?", [.text(name)])
            try database.run(
                "INSERT OR REPLACE INTO housekeeping (name, time) VALUES (?, ?)",
                [.text(name), .integer(now.indexed)])
            // A new store has nothing to remove yet.
            return seen != nil && seen == last
        }
    }

    /// Remembers what layers take on the disk.
    func recordSizes(of items: [StoreItem], besides known: [String: StoreFacts.Layer]) throws(StoreError) {
        let new = items.filter { $0.kind == .layer && known[$0.id].map { $0.disk == nil } ?? false }
        if new.isEmpty { return }
        try writing(isLosable: true) { database throws(StoreError) in
            for item in new {
                try database.run(
                    "UPDATE layers SET disk = ? WHERE diff_id = ?", [.integer(item.size), .text(item.id)])
            }
        }
    }
}
