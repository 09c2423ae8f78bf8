public import Archive
internal import FileSystem
internal import Glibc
internal import Synchronization
public import SystemPackage

/// Everything that Slipway keeps: blobs by digest, and an index of what they are.
///
///     blobs/sha256/<hex>   content: written to tmp/, hashed meanwhile, verified, synced, then renamed
///     layers/<diffid hex>  unpacked layers (LayerStore's)
///     builds/<number>/     logs of a build's steps, and what was kept of one that failed (BuildEngine's)
///     locks/<key hex>      held by whoever does the work of that key; see `WorkLock`
///     mounts/<digest>/<n>  cache mounts (BuildEngine's)
///     tmp/<lease>/         files of running processes; swept when the process is gone
///     reserve              4 MiB of nothing, given up when the disk is full so that garbage can still be collected
///     index.sqlite         images, cache records, layers, context files, cache mounts, builds, pins
///     images.json          the names of the images once more, for the day the index is lost; see `ImageNames`
///
/// Several processes may share a store, and each may be killed at any instant: a blob is there whole or not at all, the
/// index is a write-ahead-logged database, and what was not finished lies in `tmp/`. What a process has written or looked
/// up stays *pinned* to its session, so that no other process's garbage collection takes it away.
///
/// All calls block. A store may be used by any number of tasks at a time.
///
/// `ImageLayout` reads OCI layouts and docker archives into the store, `ImageExport` writes them.
public final class ContentStore: Sendable {
    /// The store's directory.
    public let root: FilePath
    /// Whether nothing can be written. Reading works as far as the index can be read.
    public let isReadOnly: Bool
    /// How much may come out of archives and layers that others made, for all that use the store.
    public let limits: UnpackLimits
    /// What could not be removed while leftovers of dead processes were swept; each is a sentence.
    public let sweepFailures: [String]

    /// The index, nil when the store is read-only and has none, so that it counts as empty.
    private let database: Mutex<Database?>
    let session = Mutex<Session?>(nil)
    let guardian = Mutex<(@Sendable (FilePath) -> Void)?>(nil)

    /// How a store is to be opened.
    public enum Access: Sendable {
        /// Creates the store where there is none and fails when it cannot be written to.
        case readWrite
        /// Writes nothing, not even what dead processes left behind.
        case readOnly
        /// Like `readWrite`, but `readOnly` where the store exists and cannot be written to.
        case automatic
    }

    private init(
        root: FilePath, isReadOnly: Bool, limits: UnpackLimits, database: consuming sending Database?,
        sweepFailures: [String]
    ) {
        self.root = root
        self.isReadOnly = isReadOnly
        self.limits = limits
        self.database = Mutex(database)
        self.sweepFailures = sweepFailures
    }

    /// Opens the store at `root`.
    ///
    /// - Throws: `notADirectory`, `readOnly`, `permissionDenied`, `noSpace`, `schemaVersion`, `corruptIndex`, `busy`.
    public static func open(
        root: FilePath, access: Access = .automatic, limits: UnpackLimits = UnpackLimits()
    ) throws(StoreError) -> ContentStore {
        switch access {
        case .readWrite: return try openForWriting(root, limits)
        case .readOnly: return try openForReading(root, limits)
        case .automatic:
            do {
                return try openForWriting(root, limits)
            } catch  where error.code == .readOnly || error.code == .permissionDenied {
                // The first error tells more than that of a second attempt.
                guard let store = try? openForReading(root, limits) else { throw error }
                return store
            }
        }
    }

    deinit {
        // What cannot be removed now is swept, and reported, by the next process that opens the store.
        try? close()
    }

    private static func openForWriting(_ root: FilePath, _ limits: UnpackLimits) throws(StoreError) -> ContentStore {
        let opened: (database: Database, remains: [TemporaryDirectory.Remains], isNew: Bool)
        do throws(StoreError) {
            opened = try openIndex(root)
            Reserve.restore(root)
        } catch  where error.code == .noSpace {
            // The index cannot even be read without room for its shared memory.
            guard Reserve.giveUp(root) else { throw error }
            opened = try openIndex(root)
        }
        let messages = opened.remains.compactMap { $0.sweep(store: root).map(String.init(describing:)) }
        let isNew = opened.isNew
        let store = ContentStore(
            root: root, isReadOnly: false, limits: limits, database: opened.database, sweepFailures: messages)
        if isNew { try store.restore() }
        return store
    }

    private static func openIndex(
        _ root: FilePath
    ) throws(StoreError) -> sending (database: Database, remains: [TemporaryDirectory.Remains], isNew: Bool) {
        let index = root.appending("index.sqlite")
        if !exists(index) { try refuseForeign(root) }
        return try storeErrors {
            try createDirectories(root)
            // One process at a time creates the index and sweeps; also see TemporaryDirectory.
            let lock = try FileLock(waitingFor: root.appending("lock"))
            if exists(index) { try StoreOwners.check(root) } else { try StoreOwners.settle(root) }
            try Reserve.makeRoom(root)
            let database = try Database(path: index.string, access: .readWrite)
            // A crash of the machine may undo the last transactions, never more: with WAL that needs no sync for each.
            try database.run("PRAGMA synchronous = NORMAL")
            try database.run("PRAGMA foreign_keys = ON")
            // On in Debian's SQLite: to overwrite what is removed costs time, and room on a full disk.
            try database.run("PRAGMA secure_delete = OFF")
            let isNew = try Schema.migrate(database)
            let dead = try TemporaryDirectory.dead(store: root)
            for remains in dead { try database.run("DELETE FROM pins WHERE lease = ?", [.text(remains.name)]) }
            if !dead.isEmpty { try WorkLock.sweep(store: root) }
            withExtendedLifetime(lock) {}
            return (database, dead, isNew)
        }
    }

    private static func openForReading(_ root: FilePath, _ limits: UnpackLimits) throws(StoreError) -> ContentStore {
        try storeErrors { _ = try DirectoryHandle(root) }
        let index = root.appending("index.sqlite")
        guard exists(index) else {
            return ContentStore(root: root, isReadOnly: true, limits: limits, database: nil, sweepFailures: [])
        }
        try storeErrors { try StoreOwners.check(root) }
        func openIndex(_ access: Database.Access) throws(StoreError) -> Database {
            let database = try Database(path: index.string, access: access)
            guard try Schema.isCurrent(database) else { throw StoreError(.schemaVersion, "the store's index is empty") }
            return database
        }
        let database: Database
        do throws(StoreError) {
            database = try openIndex(.readOnly)
        } catch  where error.code == .permissionDenied || error.code == .readOnly {
            // SQLite cannot read a write-ahead-logged database without writing beside it, unless told that nothing
            // changes. On a read-only file system nothing does; a log that is still there would be overlooked.
            guard !exists(root.appending("index.sqlite-wal")) else { throw error }
            database = try openIndex(.immutable)
        }
        return ContentStore(root: root, isReadOnly: true, limits: limits, database: database, sweepFailures: [])
    }

    /// Refuses to make a store of a directory that already holds something else: what a store holds in `tmp/` is removed,
    /// and nobody means that who says `--root /`.
    private static func refuseForeign(_ root: FilePath) throws(StoreError) {
        let names: [FileName] = [
            "blobs", "builds", "layers", "locks", "mounts", "tmp", "lock", "reserve", StoreOwners.name,
            "images.json", "images.json.new", "index.damaged",
        ]
        let foreign = try storeErrors { () throws(FileSystemError) -> FileName? in
            guard exists(root) else { return nil }
            let top = try DirectoryHandle(root)
            if let other = try top.entries().first(where: { !names.contains($0.name) }) { return other.name }
            guard exists(root.appending("tmp")) else { return nil }
            return try top.openDirectory("tmp").entries().first { !TemporaryDirectory.isName($0.name.description) }?
                .name
        }
        guard let foreign else { return }
        throw StoreError(
            .foreignDirectory,
            "\(root) cannot become a store: it holds other things, such as \(foreign); name a directory that is empty or "
                + "not there yet")
    }

    private static func createDirectories(_ root: FilePath) throws(FileSystemError) {
        let top = try DirectoryHandle.makeTree(root, mode: 0o700)
        let names: [FileName] = ["builds", "layers", "locks", "mounts", "tmp"]
        for name in names { _ = try top.makeOrOpenDirectory(name) }
        let blobs = try top.makeOrOpenDirectory("blobs")
        _ = try blobs.makeOrOpenDirectory("sha256")
        _ = try blobs.makeOrOpenDirectory("sha512")
    }

    static func exists(_ path: FilePath) -> Bool {
        unsafe path.withPlatformString { unsafe access($0, F_OK) == 0 }
    }

    // MARK: The index

    /// Lends the index for reading. Nil when there is none.
    func reading<Result: Sendable>(
        _ body: @Sendable (Database) throws(StoreError) -> Result
    ) throws(StoreError) -> Result? {
        try database.withLock { database throws(StoreError) in
            guard let database else { return nil }
            return try body(database)
        }
    }

    /// Lends the index inside of a transaction.
    ///
    /// - Parameter isLosable: Whether a machine that goes down soon after the process has ended may undo it: what only saves
    ///   time need not be waited for.
    func writing<Result: Sendable>(
        isLosable: Bool = false, _ body: @Sendable (Database) throws(StoreError) -> Result
    ) throws(StoreError) -> Result {
        try database.withLock { database throws(StoreError) in
            guard !isReadOnly, let database else { throw readOnlyError }
            if !isLosable { database.synchronizeAtEnd() }
            return try database.transaction { () throws(StoreError) in try body(database) }
        }
    }

    var readOnlyError: StoreError { StoreError(.readOnly, "the store \(root) is read-only") }
}
