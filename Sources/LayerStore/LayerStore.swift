public import ContentStore
internal import FileSystem
public import OCI
internal import Synchronization
public import SystemPackage

/// The unpacked layers of a content store: made from blobs, from the upperdir of a step, or from files; read without
/// mounting; turned into blobs when somebody wants them.
///
///     layers/<diffid hex>/
///         fs/          the layer's files in overlayfs' form: usable as a lowerdir with `userxattr`
///         record       size of the archive, number of entries, implied directories
///         owners       of symbolic links and fifos, only where one id alone is mapped (`SpecialOwners`)
///         unsynced     the boot during which it was written, until `synchronize()`
///
/// A layer is its DiffID, the digest of its uncompressed archive. Whatever makes one builds it in the store's temporary
/// directory, knows its DiffID by then, and renames it into place; so it is there whole or not at all, and two processes
/// that make the same one both succeed.
///
/// Power failures: nothing here waits for the disk. A layer that has not been synced carries the id of the boot it was
/// written in, and counts as absent after another boot; `synchronize()`, once at the end of a build, makes all of them
/// durable with one syncfs. That saves an fsync for every step, or for every file.
///
/// Layers made here are canonical (`TreeArchiver`): sorted, whole seconds, no names. So the archive can be made again
/// from the directory, byte for byte, and nothing keeps it. The directory of a layer that came from elsewhere cannot
/// give that archive's bytes again; its blob stays the source.
///
/// - `LayerView` reads a stack of layers as one file system.
/// - `TreeBuilder` and `TreeArchiver` are the two directions between archive and directory.
public final class LayerStore: Sendable {
    /// Where blobs and the index are.
    public let store: ContentStore

    let temporary = Mutex<Lease?>(nil)
    let unpacking = SharedWork<Digest, Void>()
    let compressing = SharedWork<String, Descriptor>()

    /// The layers of `store`.
    public init(store: ContentStore) {
        self.store = store
    }

    /// Whether the layer is unpacked. It is pinned first, so it stays while this process uses the store.
    ///
    /// - Throws: `StoreError`; `FileSystemError`.
    public func isUnpacked(_ diffID: Digest) throws -> Bool {
        try store.pin([diffID])
        return try place(of: diffID) != nil
    }

    /// The directory with the layer's files, usable as an overlay `lowerdir`; there only when the layer is unpacked.
    public func directory(of diffID: Digest) -> FilePath {
        store.layerPath(of: diffID).appending("fs")
    }

    /// A path for a temporary directory on the store's file system, gone at the latest with this object.
    func temporaryPath() throws -> FilePath {
        try temporary.withLock { lease in
            if let lease { return lease.temporaryPath() }
            let new = try store.lease()
            lease = new
            return new.temporaryPath()
        }
    }
}
