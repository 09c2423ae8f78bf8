import BuildGraph
import ContentStore
import FileSystem
import OCI
import SystemPackage

/// The digests of the files of contexts. What an earlier build has read is not read again, as long as the file's size,
/// times and inode are the same.
struct ContextDigests {
    private let store: ContentStore
    private var caches: [ContextName: StatCache] = [:]
    private let directories: [ContextName: ContextDirectory]
    /// The digests of the regular files of each selection, by its digest.
    private(set) var files: [Digest: [Digest]] = [:]

    init(store: ContentStore, contexts: [ContextName: ContextTree]) {
        self.store = store
        directories = contexts.mapValues(\.source)
    }

    /// The digest that stands for a selection of files of a context.
    mutating func digest(of selection: Selection, in context: ContextName) async throws -> Digest {
        let root = directories[context]?.path.string ?? ""
        var cache = try caches.removeValue(forKey: context) ?? store.statCache(context: root)
        let files = SelectionKey.regularFiles(of: selection)
        var digests: [Digest?] = []
        for file in files { digests.append(cache.digest(of: file.location.path, file.status)) }
        let unknown = files.indices.filter { digests[$0] == nil }
        for (index, digest) in zip(unknown, try await FileDigests.compute(unknown.map { files[$0].location })) {
            digests[index] = digest
            cache.record(files[index].location.path, files[index].status, digest: digest)
        }
        caches[context] = cache
        let known = digests.compactMap { $0 }
        let key = SelectionKey(selection, digests: known).digest
        self.files[key] = known
        return key
    }

    /// Keeps what was read for later builds.
    func save() throws {
        // What was fetched for this build stands in a directory that no later one has.
        for (name, cache) in caches where directories[name]?.isFetched == false { try store.save(cache) }
    }
}
