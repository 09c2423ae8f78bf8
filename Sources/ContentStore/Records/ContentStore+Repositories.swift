public import OCI

/// In which repositories of which registries blobs were seen, so that a push to the same registry can have them mounted
/// instead of sending them (OCI distribution specification, "Mounting a blob from another repository"). It is a guess: a
/// registry may have deleted them since.
extension ContentStore {
    /// How many places are remembered.
    static let maximumRepositories: Int64 = 50_000
    /// How many repositories are worth asking for one blob.
    private static let maximumCandidates: Int64 = 3

    /// The repositories of `registry` in which a blob was seen, the last one first.
    public func repositories(of blob: Digest, registry: String) throws(StoreError) -> [String] {
        try reading { database throws(StoreError) in
            try database.rows(
                "SELECT repository FROM blob_repositories WHERE digest = ? AND registry = ? ORDER BY id DESC LIMIT ?",
                [.text(blob.description), .text(registry), .integer(Self.maximumCandidates)]
            ) { $0.text(0) }
        } ?? []
    }

    /// Remembers that the repository of `reference` has these blobs. On a read-only store nothing happens.
    public func recordRepository(_ reference: ImageReference, of blobs: [Digest]) throws(StoreError) {
        guard !isReadOnly, !blobs.isEmpty else { return }
        try writing(isLosable: true) { database throws(StoreError) in
            for blob in blobs {
                try database.run(
                    "INSERT OR REPLACE INTO blob_repositories (digest, registry, repository) VALUES (?, ?, ?)",
                    [.text(blob.description), .text(reference.registry), .text(reference.repository)])
            }
            try database.run(
                "DELETE FROM blob_repositories WHERE id <= (SELECT max(id) FROM blob_repositories) - ?",
                [.integer(Self.maximumRepositories)])
        }
    }
}
