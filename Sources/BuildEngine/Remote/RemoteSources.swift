import BuildGraph
import ContentStore
import Dockerfile
import OCI
import Remote

/// What the addresses in a graph stand for at the time of the build: asked once for each, all at the same time, before keys
/// are computed.
///
/// A file is in the store then. Of a repository only the commit is known; its files are fetched when a step needs them.
struct RemoteSources: Sendable {
    enum Content: Sendable {
        case file(RemoteFile)
        case revision(GitRevision)
    }

    let client: RemoteClient
    let credentials: RemoteCredentials
    let store: ContentStore
    /// What addresses stand for.
    let rules: SourceRules
    private let progress: Progress
    private(set) var contents: [FileOrigin: Content] = [:]

    init(
        client: RemoteClient, credentials: RemoteCredentials, store: ContentStore, progress: Progress,
        rules: SourceRules
    ) {
        self.rules = rules
        self.client = client
        self.store = store
        self.credentials = credentials
        self.progress = progress
    }

    /// Asks for what the operations of a graph take from addresses and nobody has asked for yet.
    ///
    /// Throws ``BuildError`` with the source at fault; the other fetches are stopped.
    mutating func resolve(_ graph: BuildGraph) async throws {
        var wanted: [(origin: FileOrigin, range: SourceRange?)] = []
        for case .copy(let copy) in graph.operations.map(\.kind) {
            for source in copy.sources where !wanted.contains(where: { $0.origin == source.origin }) {
                wanted.append((source.origin, source.range))
            }
        }
        try await resolve(wanted)
    }

    mutating func resolve(_ origins: [(origin: FileOrigin, range: SourceRange?)]) async throws {
        let missing = origins.filter { contents[$0.origin] == nil && $0.origin.isRemote }
        guard !missing.isEmpty else { return }
        let sources = self
        try await withThrowingTaskGroup(of: (FileOrigin, Content)?.self) { group in
            for (origin, range) in missing {
                group.addTask { try await sources.fetch(origin, range).map { (origin, $0) } }
            }
            for try await case let (origin, content)? in group { contents[origin] = content }
        }
    }

    /// What an address stood for, as provenance tells it.
    func origin(of source: FileOrigin) -> ContextOrigin? {
        switch (contents[source], source) {
        case (.file(let file), .remoteFile(let url, _)): .file(url, digest: file.digest)
        case (.revision(let revision), .git(let address)): .repository(address, commit: revision.commit)
        default: nil
        }
    }

    private func fetch(_ origin: FileOrigin, _ range: SourceRange?) async throws -> Content? {
        let client = self.client
        let credentials = self.credentials
        return try await locating(range, origin) {
            switch origin {
            case .remoteFile(let url, let checksum):
                let asked = try rules.file(url, checksum: try checksum.map(Digest.init(parsing:)))
                let name = WebAddress.redacted(asked.url)
                let file = try await progress.transferStep(name) { report in
                    try await client.download(
                        asked.url, checksum: asked.checksum, credentials: credentials
                    ) { current, total in report(name, current, total) }
                }
                rules.found(file.digest, at: url)
                return .file(file)
            case .git(let address):
                let asked = try rules.repository(address)
                let revision = try await progress.step(asked.redacted) {
                    try await client.resolve(asked, credentials: credentials)
                }
                rules.found(commit: revision.commit, for: address)
                return .revision(revision)
            case .context, .operation, .inline: return nil
            }
        }
    }
}

extension FileOrigin {
    /// Whether it is an address.
    fileprivate var isRemote: Bool {
        switch self {
        case .remoteFile, .git: true
        case .context, .operation, .inline: false
        }
    }
}
