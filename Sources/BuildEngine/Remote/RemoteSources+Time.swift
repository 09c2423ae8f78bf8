import Archive
import BuildGraph
import ContentStore
import Dockerfile
import FileSystem
import OCI
import Remote
import SystemPackage

extension RemoteSources {
    /// The time of what an address gives, for `SOURCE_DATE_EPOCH`: of the commit, or when the file last changed; for an
    /// archive without such a time the latest of the files in it. Nil where there is none.
    mutating func time(of origin: FileOrigin, at range: SourceRange?, scratch: FilePath) async throws -> Timestamp? {
        try await resolve([(origin, range)])
        switch (contents[origin], origin) {
        case (.file(let file), _): return try file.lastModified ?? latestArchived(in: file.digest)
        case (.revision(let revision), .git(let address)):
            let directory = scratch.appending("epoch")
            _ = try DirectoryHandle.makeTree(directory)
            let (client, credentials) = (client, credentials)
            return try await locating(range, origin) {
                try await client.checkOut(address, at: revision, into: directory, credentials: credentials).time
            }
        default: return nil
        }
    }

    /// The latest time of a file in an archive; nil for what is none.
    private func latestArchived(in blob: Digest) throws -> Timestamp? {
        guard try store.withSource(of: blob, { try Decompressor.isArchive($0) }) else { return nil }
        do {
            return try store.withSource(of: blob) { source in
                let limits = store.limits.decompression(ofArchive: store.size(of: blob))
                let tar = TarReader(try Decompressor.open(source, limits: limits))
                var latest: Timestamp?
                while let entry = try tar.next() {
                    if entry.kind == .file { latest = max(latest ?? entry.mtime, entry.mtime) }
                }
                return latest?.wholeSeconds
            }
        } catch is ArchiveError {
            // What begins like an archive and is none after all has no time either.
            return nil
        }
    }
}
