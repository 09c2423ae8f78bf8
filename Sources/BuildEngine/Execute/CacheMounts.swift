import BuildGraph
import ContentStore
import FileSystem
import SystemPackage

/// The directories of `RUN --mount=type=cache`, which stay between builds: `mounts/<digest of what it is>/<n>/`.
///
/// The locks are the store's, so that they count for builds in other processes and for `slipway prune` and
/// `slipway cache` as well.
struct CacheMounts {
    let store: ContentStore
    /// A directory for what is thrown away after the step, on the store's file system.
    let scratch: FilePath

    /// Whether no two steps can use a directory at once, since it is moved.
    var isAlwaysExclusive = false

    /// What a step asks for.
    struct Wish: Sendable, Hashable {
        /// The id in the Dockerfile.
        var id: String
        /// What makes it this cache and no other.
        var identity: String
        /// Where the step has it.
        var target: String
        var sharing: RunMount.Sharing
        /// Whether it is made anew.
        var isFresh: Bool
        /// Mode and owner of a new directory.
        var mode: UInt16
        var uid: UInt32
        var gid: UInt32
    }

    /// Finds or makes the directory of a cache. A `locked` one is waited for; a `private` one that is in use is left
    /// alone and another one is made.
    ///
    /// `prepare` fills a new directory before anybody else sees it.
    func acquire(_ wish: Wish, prepare: (FilePath) async throws -> Void) async throws -> CacheMountHold {
        if wish.isFresh, let hold = try store.holdCacheMount(identity: wish.identity, isExclusive: true), hold.exists {
            // One that another step is using stays.
            let old = newPath()
            try store.takeAway(hold, to: old)
            try removeTree(old)
        }
        var number = 0
        while true {
            let hold = try store.holdCacheMount(
                identity: wish.identity, number: number, isExclusive: wish.sharing != .shared || isAlwaysExclusive)
            if let hold {
                try await make(hold, wish, prepare)
                try store.recordUse(of: hold, id: wish.id, target: wish.target)
                return hold
            }
            if wish.sharing == .private {
                number += 1
            } else {
                // The kernel tells nobody when a lock is free, and waiting in flock(2) would block a thread that the
                // step which holds the lock may need.
                try await Task.sleep(for: .milliseconds(20))
            }
        }
    }

    /// Makes the directory where it is missing: of what was imported for the id, else as the step wishes.
    private func make(_ hold: CacheMountHold, _ wish: Wish, _ prepare: (FilePath) async throws -> Void) async throws {
        if hold.exists { return }
        if !wish.isFresh, try store.claimImportedCacheMount(id: wish.id, for: hold) { return }
        let path = newPath()
        guard let name = path.lastComponent.flatMap(FileName.init) else { return }
        let parent = try DirectoryHandle(scratch)
        try parent.makeDirectory(name)
        do {
            try await prepare(path)
            try parent.setOwner(of: name, uid: wish.uid, gid: wish.gid)
            try parent.setMode(of: name, to: wish.mode)
            // Another step that shares the cache may have been faster.
            if try !store.install(path, at: hold) { try parent.removeTree(name) }
        } catch {
            try parent.removeTree(name)
            throw error
        }
    }

    private func newPath() -> FilePath {
        scratch.appending("cache-\(String(UInt64.random(in: 0 ... .max), radix: 36))")
    }
}
