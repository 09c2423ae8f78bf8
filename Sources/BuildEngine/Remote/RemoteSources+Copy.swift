import BuildGraph
import ContentStore
import Dockerfile
import FileSystem
import OCI
import Remote
import SystemPackage

extension RemoteSources {
    /// The digest that stands for what a source takes: content, name, mode and time of a file; the commit of a repository
    /// and what is taken of it.
    func digest(of source: CopyOperation.Source, excludes: [String]) -> Digest? {
        var hasher = KeyHasher("remote/1")
        switch (contents[source.origin], source.origin) {
        case (.file(let file), _):
            hasher.add("file")
            hasher.add(file.digest)
            hasher.add(source.path)
            hasher.add(optional: file.lastModified.map { "\($0.seconds)" })
            hasher.add(source.unpacks)
        case (.revision(let revision), .git(let address)):
            hasher.add("git")
            hasher.add(revision.commit)
            let keeps = address.keepsGitDirectory ?? false
            hasher.add(keeps)
            if keeps {
                hasher.add(address.remote)
                hasher.add(revision.object)
                hasher.add(optional: revision.reference)
            }
            hasher.add(optional: address.subdirectory)
            hasher.add(address.fetchesSubmodules ?? true)
            hasher.add(excludes)
        default: return nil
        }
        return hasher.finish()
    }

    /// Where the files of a repository come from: the place that its commit was found at.
    private func checkoutAddress(of address: GitAddress) throws -> GitAddress { try rules.repository(address) }

    /// What a source gives to a copy. `scratch` is a directory for the files of a repository, which lasts as long as they
    /// are read.
    func items(
        of source: CopyOperation.Source, excludes: [String], scratch: FilePath
    ) async throws -> [Selection.Item] {
        switch (contents[source.origin], source.origin) {
        case (.file(let file), _):
            let status = FileStatus(
                kind: .regular, mode: 0o600, uid: 0, gid: 0, size: UInt64(clamping: file.size),
                mtime: file.lastModified ?? .unixEpoch)
            let location = FileLocation(
                directory: try DirectoryHandle(store.path(of: file.digest).removingLastComponent()),
                path: FilePath(file.digest.hex))
            return [
                Selection.Item(
                    name: FilePath.Component(source.path),
                    root: SourceNode(status: status, linkTarget: nil, location: location), entries: [],
                    unpacks: source.unpacks, range: source.range, path: FilePath(source.path))
            ]
        case (.revision(let revision), .git(let address)):
            let directory = scratch.appending("git-\(source.range?.start.offset ?? 0)")
            _ = try DirectoryHandle.makeTree(directory)
            let (client, credentials) = (client, credentials)
            let checkout = try await locating(source.range, source.origin) {
                try await client.checkOut(
                    try checkoutAddress(of: address), at: revision, into: directory, credentials: credentials)
            }
            let nothing = IgnoreFile(name: "", patterns: try IgnorePatterns([]))
            let tree = try ContextTree(
                walking: ContextDirectory(path: checkout.root, isFetched: true), ignoring: nothing)
            let place = "in the repository \(address.redacted)"
            return try Selector(tree: tree, excludes: try IgnorePatterns(excludes), place: place).select(source)
        default: return []
        }
    }
}
