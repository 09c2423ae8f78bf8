internal import FileSystem
internal import Glibc
internal import OCI
internal import SystemPackage

extension ContentStore {
    /// Removes what `policy` allows, the least recently used first, and all that nothing refers to.
    ///
    /// - Throws: `readOnly`, `busy`, `inputOutput`.
    @discardableResult
    public func prune(_ policy: PrunePolicy) throws(StoreError) -> PruneReport {
        try prune(policy, .full)
    }

    func prune(_ policy: PrunePolicy, _ measurement: StoreInventory.Measurement) throws(StoreError) -> PruneReport {
        let inventory = try StoreInventory.take(of: root, try facts(), measurement)
        try recordSizes(of: inventory.items, besides: inventory.facts.layers)
        let plan = PrunePlan(inventory, policy, free: try space().free)
        do throws(StoreError) {
            return try carryOut(plan, inventory, policy)
        } catch  where error.code == .noSpace && Reserve.giveUp(root) {
            // To remove takes a little room as well.
            return try carryOut(plan, inventory, policy)
        }
    }

    private func carryOut(
        _ plan: PrunePlan, _ inventory: StoreInventory, _ policy: PrunePolicy
    ) throws(StoreError) -> PruneReport {
        var report = PruneReport()
        (report.images, report.records) = try removeRecords(plan)
        let bin = try lease()
        var removed: Set<String> = []
        // What nothing refers to is nobody's loss, but not what a filter asked for.
        if policy.filter == StoreItemFilter() || plan.letsGoOfFiles {
            let files = try moveFiles(to: bin.directory)
            removed.formUnion(files.blobDigests + files.layerDigests)
        }
        for directory in plan.mounts where try discardCacheMount(directory, to: bin.temporaryPath()) {
            removed.insert(directory)
        }
        for build in plan.builds where try discard(build.part, of: build.number, to: bin.temporaryPath()) {
            removed.formUnion(build.items)
        }
        // The slow part, removing whole trees, holds up nobody.
        try bin.end()
        report.items = inventory.items.filter { removed.contains($0.id) }
        return report
    }

    /// In a transaction of its own, see `collectGarbage`. What a running process has begun to use since stays.
    private func removeRecords(_ plan: PrunePlan) throws(StoreError) -> (images: Int, records: Int) {
        let dead = try deadLeases()
        return try writing { database throws(StoreError) in
            for lease in dead { try database.run("DELETE FROM pins WHERE lease = ?", [.text(lease)]) }
            var (images, records) = (0, 0)
            for digest in plan.images {
                try database.run(
                    """
                    DELETE FROM images WHERE name IS NULL AND digest = ? AND digest NOT IN (SELECT digest FROM pins)
                    """, [.text(digest)])
                images += database.changes
            }
            for record in plan.records {
                try database.run(
                    "DELETE FROM cache_records WHERE key = ? AND used <= ? AND key NOT IN (SELECT digest FROM pins)",
                    [.text(record.key), .integer(record.used.indexed)])
                records += database.changes
            }
            for variant in plan.variants {
                try database.run(
                    """
                    DELETE FROM layer_blobs WHERE diff_id = ? AND compression = ?
                        AND diff_id NOT IN (SELECT digest FROM pins)
                    """, [.text(variant.diffID), .text(variant.compression)])
            }
            return (images, records)
        }
    }

    /// The size of the store's file system and what is left of it for this user, in bytes.
    func space() throws(StoreError) -> (total: Int64, free: Int64) {
        var status = statvfs()
        let result = unsafe root.withPlatformString { unsafe statvfs($0, &status) }
        guard result == 0 else {
            throw StoreError("cannot ask for the free space of \(root)", Errno(rawValue: errno))
        }
        return (
            Int64(clamping: UInt64(status.f_blocks) &* UInt64(status.f_frsize)),
            Int64(clamping: UInt64(status.f_bavail) &* UInt64(status.f_frsize))
        )
    }
}
