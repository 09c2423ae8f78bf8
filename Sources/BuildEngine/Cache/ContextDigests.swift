import BuildGraph
import ContentStore
import FileSystem
import OCI
import SystemPackage

/// The digests that stand for what is copied from contexts.
///
/// What an earlier build has computed is not computed again: where nothing in a context has changed, the digest of a whole
/// selection is remembered; else that of each file whose size, times and inode are the same.
struct ContextDigests {
    /// What one context is known by.
    private struct Known {
        var fingerprint: Digest
        var selections: SelectionDigests
        /// Loaded when the digest of a file is first wanted.
        var files: StatCache?
    }

    private let store: ContentStore
    private let contexts: [ContextName: ContextTree]
    private var known: [ContextName: Known] = [:]
    /// The digests of the regular files of each selection that had to be made, by its digest.
    private(set) var files: [Digest: [Digest]] = [:]

    init(store: ContentStore, contexts: [ContextName: ContextTree]) {
        self.store = store
        self.contexts = contexts
    }

    /// The digest of what `select` finds in a context. `purpose` stands for how it is selected; `select` is not called where
    /// an earlier build selected the same from the same files.
    mutating func digest(
        in context: ContextName, purpose: Digest, select: (ContextTree) throws -> Selection
    ) async throws -> Digest {
        guard let tree = contexts[context] else { return KeyHasher("nothing/1").finish() }
        // What was fetched for this build stands in a directory that no later one has.
        if tree.source.isFetched {
            let selection = try select(tree)
            let files = SelectionKey.regularFiles(of: selection).map(\.location)
            return key(of: selection, try await FileDigests.compute(files))
        }
        var known = try self.known.removeValue(forKey: context) ?? load(tree)
        defer { self.known[context] = known }
        if let digest = known.selections.digest(for: purpose, fingerprint: known.fingerprint) { return digest }
        var files = try known.files ?? store.statCache(context: tree.source.path.string)
        tree.records = files
        let selection = try select(tree)
        tree.records = nil
        let digest = try await self.digest(of: selection, &files)
        known.files = files
        if tree.isSettled { known.selections.record(digest, for: purpose, fingerprint: known.fingerprint) }
        return digest
    }

    private func load(_ tree: ContextTree) throws -> Known {
        Known(
            fingerprint: tree.listing.fingerprint(),
            selections: try store.selectionDigests(context: tree.source.path.string))
    }

    private mutating func digest(of selection: Selection, _ cache: inout StatCache) async throws -> Digest {
        let files = SelectionKey.regularFiles(of: selection)
        var digests: [Digest?] = []
        digests.reserveCapacity(files.count)
        for file in files { digests.append(cache.digest(of: file.location.path, file.status)) }
        let unknown = files.indices.filter { digests[$0] == nil }
        for (index, digest) in zip(unknown, try await FileDigests.compute(unknown.map { files[$0].location })) {
            digests[index] = digest
            let file = files[index]
            cache.record(file.location.path, file.status, digest: digest, isPlain: file.isPlain)
        }
        return key(of: selection, digests.compactMap { $0 })
    }

    private mutating func key(of selection: Selection, _ digests: [Digest]) -> Digest {
        let key = SelectionKey(selection, digests: digests).digest
        files[key] = digests
        return key
    }

    /// Keeps what was computed for later builds.
    func save() throws {
        for known in known.values {
            if let files = known.files { try store.save(files) }
            try store.save(known.selections)
        }
    }
}
