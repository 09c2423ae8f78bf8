import BuildGraph
import ContentStore
import FileSystem
import OCI

/// Cache mounts of a `RUN`.
extension MountPreparation {
    /// What one of them comes to.
    struct CacheUse {
        var wish: CacheMounts.Wish
        /// Whether its seed, if there is one, is a directory.
        var isDirectory: Bool
        var seed: FileOrigin?
        var seedPath: String
    }

    /// What the cache mounts come to, by their places in the list of mounts.
    func cacheUses(_ run: RunOperation) async throws -> [Int: CacheUse] {
        var uses: [Int: CacheUse] = [:]
        for (index, mount) in run.mounts.enumerated() {
            guard case .cache(let cache) = mount.kind else { continue }
            uses[index] = try await use(cache, mount)
        }
        return uses
    }

    /// Caches of one id with another seed, mode or owner are different directories, as in BuildKit.
    private func use(_ cache: RunMount.Cache, _ mount: RunMount) async throws -> CacheUse {
        var identity = cache.id
        var root = FileStatus(kind: .directory, mode: 0o755)
        if let source = cache.seed {
            let layers = try await stack(source, cache.seedPath)
            root = try status(of: cache.seedPath, in: layers, for: mount)
            identity += "\0seed \(layers.map(\.description).joined(separator: " ")) \(cache.seedPath)"
        }
        let (mode, uid, gid) = (cache.mode ?? root.mode, cache.uid ?? root.uid, cache.gid ?? root.gid)
        if cache.mode != nil || cache.uid != nil || cache.gid != nil { identity += "\0made \(mode) \(uid) \(gid)" }
        let isDirectory = root.kind == .directory
        let wish = CacheMounts.Wish(
            id: cache.id, identity: identity, target: mount.target, sharing: cache.sharing, isFresh: cache.isFresh,
            mode: isDirectory ? mode : 0o755, uid: isDirectory ? uid : 0, gid: isDirectory ? gid : 0)
        return CacheUse(wish: wish, isDirectory: isDirectory, seed: cache.seed, seedPath: cache.seedPath)
    }

    /// Acquires the directories, each once: mounts of one step with the same cache share it, however it is shared with
    /// other steps. They are acquired in the same order everywhere, so that no two steps wait for each other.
    func acquire(_ uses: [Int: CacheUse], for prepared: inout PreparedMounts) async throws {
        let ordered = uses.sorted { ($0.value.wish.identity, $0.key) < ($1.value.wish.identity, $1.key) }
        for (_, use) in ordered where prepared.caches[use.wish.identity] == nil {
            prepared.caches[use.wish.identity] = try await caches.acquire(use.wish) { directory in
                if let source = use.seed { try await seed(source, use.seedPath, directory) }
            }
        }
    }
}
