public import Archive
public import ContentStore
internal import FileSystem
internal import SystemPackage

/// The directory of a cache mount as an archive, out of a store and into it: what a build has cached on one machine, for
/// builds on another.
public struct CacheMountArchive {
    private let store: ContentStore
    private let id: String
    /// How long to wait between two attempts to have a mount that a build uses.
    private static let pause = Duration.milliseconds(50)

    /// The cache mount `id` of `store`.
    public init(_ id: String, in store: ContentStore) {
        self.store = store
        self.id = id
    }

    /// The directories of this id, the most recently used first.
    public func records() throws(StoreError) -> [CacheMountRecord] {
        try store.cacheMounts().reversed().filter { $0.id == id }
    }

    /// A directory that no build uses while this value lives.
    public struct Opened {
        private let hold: CacheMountHold
        private let directory: DirectoryHandle

        fileprivate init(_ hold: CacheMountHold) throws {
            self.hold = hold
            directory = try DirectoryHandle(hold.path)
        }

        /// Writes the directory as a tar archive and finishes the sink; the same directory gives the same bytes.
        ///
        /// - Throws: what `DirectoryArchive` throws.
        public func write(to sink: any ByteSink) throws {
            try DirectoryArchive.write(directory, to: sink)
        }
    }

    /// Holds the most recently used directory of the id.
    ///
    /// - Parameter onWait: called when a build uses the mount, which is waited for.
    /// - Throws: `StoreError` `noSuchMount`; `FileSystemError`; `CancellationError`; what `onWait` throws.
    public func open(onWait: () throws -> Void) async throws -> Opened {
        for record in try records() {
            let hold = try await hold(record, onWait: onWait)
            if hold.exists { return try Opened(hold) }
        }
        throw StoreError(.noSuchMount, "the store has no cache mount \(id)")
    }

    /// Replaces the most recently used directory of the id by what an archive holds, in one step; where there is none yet,
    /// the first step that uses the id gets it.
    ///
    /// - Parameters:
    ///   - source: a tar archive, compressed or not. Its entry for the directory itself, if there is one, sets owner and
    ///     mode.
    ///   - onWait: called when a build uses the mount, which is waited for.
    /// - Throws: `StoreError`; what `DirectoryArchive` throws. Then everything is as it was before.
    public func read(from source: any ByteSource, onWait: () throws -> Void) async throws {
        let lease = try store.lease()
        let path = lease.temporaryPath()
        guard let name = path.lastComponent.flatMap(FileName.init) else {
            throw FileSystemError(.invalidArgument, operation: "make the directory", path: path)
        }
        let parent = try DirectoryHandle(lease.directory)
        try parent.makeDirectory(name)
        let directory = try parent.openDirectory(name)
        // Whatever the umask.
        try directory.setMode(0o755)
        try DirectoryArchive.unpack(source, into: directory, limits: store.limits)
        try directory.synchronizeFileSystem()
        if let record = try records().first {
            let hold = try await hold(record, onWait: onWait)
            try store.exchange(path, with: hold)
            try store.recordImport(of: hold, id: id, isUnclaimed: record.isImported)
        } else {
            // An identity that no step can ask for.
            let identity = "\0import \(id)"
            let hold = try await waiting(onWait) { () throws(StoreError) in
                try store.holdCacheMount(identity: identity, isExclusive: true)
            }
            try store.exchange(path, with: hold)
            try store.recordImport(of: hold, id: id, isUnclaimed: true)
        }
        try lease.end()
    }

    private func hold(_ record: CacheMountRecord, onWait: () throws -> Void) async throws -> CacheMountHold {
        try await waiting(onWait) { () throws(StoreError) in try store.hold(record, isExclusive: true) }
    }

    private func waiting(
        _ onWait: () throws -> Void, _ attempt: () throws -> CacheMountHold?
    ) async throws -> CacheMountHold {
        var hasTold = false
        while true {
            if let hold = try attempt() { return hold }
            if !hasTold { try onWait() }
            hasTold = true
            try await Task.sleep(for: Self.pause)
        }
    }
}
