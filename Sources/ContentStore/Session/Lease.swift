public import OCI
public import SystemPackage

/// A directory for temporary files on the store's file system, and pins, for one piece of work.
///
/// Both last until `end()`, until the last reference goes, or until the process ends, however it ends.
public final class Lease: Sendable {
    private let store: ContentStore
    private let temporary: TemporaryDirectory

    init(store: ContentStore) throws(StoreError) {
        self.store = store
        temporary = try store.makeTemporaryDirectory()
    }

    deinit {
        // What cannot be removed now is swept, and reported, by the next process that opens the store.
        try? end()
    }

    /// The lease's name, unique in the store.
    public var name: String { temporary.name }

    /// The directory; the owner may put anything in it but a file called `lock`.
    public var directory: FilePath { temporary.path }

    /// A path for a new temporary file or directory in the lease.
    public func temporaryPath() -> FilePath { temporary.newPath() }

    /// Pins blobs, layers (by DiffID) and cache records (by key) while this lease lasts.
    public func pin(_ digests: [Digest]) throws(StoreError) {
        try store.addPins(digests, lease: name)
    }

    /// Removes the directory with everything in it and lets go of the pins.
    public func end() throws(StoreError) {
        try store.removePins(lease: name)
        try temporary.end()
    }
}
