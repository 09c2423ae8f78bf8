import Archive
import BuildGraph
import ContentStore
import Dockerfile
import FileSystem
import HTTP
import LayerStore
import Remote
import SystemPackage

/// Brings the files of a context into a directory: clones a repository, fetches and unpacks an archive.
struct ContextFetcher: Sendable {
    /// BuildKit's name for what is at an address that is no archive's.
    private static let onlyFile = "context"
    /// What comes in is copied in pieces of this many bytes.
    private static let chunkSize = 1 << 20

    let store: ContentStore
    let remote: RemoteClient
    let credentials: RemoteCredentials
    /// What is fetched lives as long as it.
    let lease: Lease
    let progress: Progress
    /// What addresses stand for.
    var rules = SourceRules()

    /// The directory with the files of a context; `name` says which, for progress and messages.
    ///
    /// Throws ``BuildError`` with what is wrong and what to do.
    func fetch(_ source: ContextSource, named name: ContextName) async throws -> ContextDirectory {
        do {
            switch source {
            case .directory(let path):
                try rules.checkLocal(name.text)
                return ContextDirectory(path: path)
            case .archive(let path): return try await unpack(path, name)
            case .stream(let prefix, let rest): return try await unpack(try spool(prefix, rest), name)
            case .git(let address): return try await clone(address, name)
            case .web(let address): return try await download(address, name)
            }
        } catch let error as TransferError {
            if error.code == .canceled { throw CancellationError() }
            throw BuildError(
                .invalidContext, "cannot fetch \(name.title): \(error.message)",
                help: "check the address; or fetch it first, and build the directory")
        } catch let error as ArchiveError {
            throw BuildError(.invalidContext, "cannot unpack \(name.title): \(error)")
        } catch let error as Errno {
            throw BuildError(.invalidContext, "cannot read \(name.title): \(error)")
        } catch let error as FileSystemError {
            throw BuildError(.invalidContext, "cannot unpack \(name.title): \(error)")
        }
    }

    private func clone(_ address: GitAddress, _ name: ContextName) async throws -> ContextDirectory {
        let directory = try makeDirectory()
        let (remote, credentials) = (remote, credentials)
        return try await progress.step("[\(name.label)] load git source \(address.redacted)") {
            let asked = try rules.repository(address)
            let revision = try await remote.resolve(asked, credentials: credentials)
            rules.found(commit: revision.commit, for: address)
            let checkout = try await remote.checkOut(asked, at: revision, into: directory, credentials: credentials)
            return ContextDirectory(
                path: checkout.root, isFetched: true, time: checkout.time,
                origin: .repository(address, commit: checkout.commit))
        }
    }

    private func download(_ address: String, _ name: ContextName) async throws -> ContextDirectory {
        let shown = WebAddress.redacted(address)
        let (remote, credentials) = (remote, credentials)
        let asked = try rules.file(address, checksum: nil)
        let file = try await progress.transferStep("[\(name.label)] load \(shown)") { report in
            try await remote.download(asked.url, checksum: asked.checksum, credentials: credentials) {
                report(shown, $0, $1)
            }
        }
        rules.found(file.digest, at: address)
        let blob = try Self.location(of: store.path(of: file.digest))
        let origin = ContextOrigin.file(address, digest: file.digest)
        if var directory = try await unpackIfArchive(blob, name) {
            directory.origin = origin
            return directory
        }
        let directory = try makeDirectory()
        let entry = TarEntry(
            path: FilePath(Self.onlyFile), kind: .file, mode: 0o600, size: Int64(clamping: file.size),
            mtime: file.lastModified ?? .unixEpoch)
        try LayerStore.write(
            [LayerEntry(entry, source: blob.source)], below: try DirectoryHandle(directory))
        return ContextDirectory(path: directory, isFetched: true, onlyFile: Self.onlyFile, origin: origin)
    }

    private func unpack(_ path: FilePath, _ name: ContextName) async throws -> ContextDirectory {
        if let directory = try await unpackIfArchive(try Self.location(of: path), name) { return directory }
        throw BuildError(
            .invalidContext, "\(name.title) is neither a directory nor a tar archive",
            help: "give a directory, or a tar archive, which may be compressed with gzip, bzip2, xz or zstd")
    }

    private func unpackIfArchive(_ file: FileLocation, _ name: ContextName) async throws -> ContextDirectory? {
        let spool = try ArchiveSpool(directory: try makeDirectory(), limits: store.limits)
        guard let archive = try spool.open(file) else { return nil }
        return try await progress.step("[\(name.label)] unpack") {
            let directory = try makeDirectory()
            var writer = CopyWriter(
                draft: LayerDraft(over: EmptyTree(), epoch: .unixEpoch), destination: "/", owner: nil, mode: nil,
                spool: spool)
            try writer.unpack(archive, to: "/")
            try LayerStore.write(writer.draft.entries, below: try DirectoryHandle(directory))
            return ContextDirectory(path: directory, isFetched: true)
        }
    }

    /// Writes what comes in to a file: an archive is looked at twice.
    private func spool(_ prefix: [UInt8], _ rest: FileDescriptor) throws -> FilePath {
        let path = lease.temporaryPath()
        let file = try FileDescriptor.open(
            path, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec], permissions: [.ownerReadWrite])
        try file.closeAfter {
            try file.writeAll(prefix)
            try unsafe withUnsafeTemporaryAllocation(byteCount: Self.chunkSize, alignment: 16) { buffer in
                while true {
                    try Task.checkCancellation()
                    let count = try unsafe rest.read(into: buffer)
                    if count == 0 { return }
                    _ = try unsafe file.writeAll(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                }
            }
        }
        return path
    }

    private static func location(of path: FilePath) throws -> FileLocation {
        FileLocation(
            directory: try DirectoryHandle(path.removingLastComponent()),
            path: FilePath(path.lastComponent?.string ?? ""))
    }

    private func makeDirectory() throws -> FilePath {
        let path = lease.temporaryPath()
        _ = try DirectoryHandle.makeTree(path)
        return path
    }
}

extension ContextName {
    /// As progress labels what is done for it.
    fileprivate var label: String {
        switch self {
        case .main: "internal"
        case .named(let name): "context \(name)"
        }
    }

    /// As messages name it.
    fileprivate var title: String {
        switch self {
        case .main: "the build context"
        case .named(let name): "the context \"\(name)\""
        }
    }
}

extension ContextName {
    /// The name as BuildKit has it.
    var text: String {
        switch self {
        case .main: "context"
        case .named(let name): name
        }
    }
}
