internal import FileSystem
public import OCI
internal import Synchronization
public import SystemPackage

/// What this process uses, so that no garbage collection takes it away.
///
/// Pins are rows of the index, so that a collection, which is one transaction, sees either the pin or its absence: who
/// pins first and looks afterwards can rely on what it finds.
extension ContentStore {
    /// The temporary directory and the pins of an open store.
    struct Session {
        let temporary: TemporaryDirectory
        var pinned: Set<Digest> = []
    }

    /// Pins blobs, layers (by DiffID) and cache records (by key) until this store is closed: garbage collection in this
    /// and other processes spares them from now on. To be called before looking whether they are there. Without effect
    /// on a read-only store.
    public func pin(_ digests: [Digest]) throws(StoreError) {
        if isReadOnly { return }
        let (lease, new) = try withSession { session in
            (session.temporary.name, digests.filter { !session.pinned.contains($0) })
        }
        guard !new.isEmpty else { return }
        try addPins(new, lease: lease)
        try withSession { $0.pinned.formUnion(new) }
    }

    /// A directory for temporary files on the store's file system, and pins of its own.
    public func lease() throws(StoreError) -> Lease {
        guard !isReadOnly else { throw readOnlyError }
        return try Lease(store: self)
    }

    /// Removes the temporary files and the pins of this store. A store that is not closed is closed when its last
    /// reference goes; a process that ends without either leaves it to the next one to sweep up.
    public func close() throws(StoreError) {
        guard let ended = session.withLock({ $0.take() }) else { return }
        try removePins(lease: ended.temporary.name)
        try ended.temporary.end()
    }

    /// Has `body` told of every temporary directory from now on, so that somebody who outlives this process can remove
    /// it should the process be killed.
    public func guardTemporaryDirectories(_ body: @escaping @Sendable (FilePath) -> Void) {
        guardian.withLock { $0 = body }
    }

    func makeTemporaryDirectory() throws(StoreError) -> TemporaryDirectory {
        let directory = try TemporaryDirectory(store: root)
        guardian.withLock { $0 }?(directory.path)
        return directory
    }

    /// Lends the session, beginning it if there is none yet.
    func withSession<Result: Sendable>(
        _ body: @Sendable (inout Session) -> Result
    ) throws(StoreError) -> Result {
        guard !isReadOnly else { throw readOnlyError }
        return try session.withLock { session throws(StoreError) in
            var current: Session
            if let session {
                current = session
            } else {
                current = Session(temporary: try makeTemporaryDirectory())
            }
            // Taken out first, so that the set is changed in place and not copied.
            session = nil
            defer { session = current }
            return body(&current)
        }
    }

    func addPins(_ digests: [Digest], lease: String) throws(StoreError) {
        try writing(isLosable: true) { database throws(StoreError) in
            for digest in digests { try Self.pin(digest, lease: lease, in: database) }
        }
    }

    static func pin(_ digest: Digest, lease: String, in database: Database) throws(StoreError) {
        try database.run("INSERT OR IGNORE INTO pins VALUES (?, ?)", [.text(lease), .text(digest.description)])
    }

    func removePins(lease: String) throws(StoreError) {
        try writing(isLosable: true) { database throws(StoreError) in
            try database.run("DELETE FROM pins WHERE lease = ?", [.text(lease)])
        }
    }
}
