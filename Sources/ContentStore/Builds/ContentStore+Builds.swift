internal import FileSystem
public import OCI
public import SystemPackage

/// What is kept of a build beside its record, `builds/<number>/`, held so that nobody removes it.
///
/// A lock (flock) on the file `lock` in it, let go of with the last reference or the process.
public final class BuildDirectoryHold: Sendable {
    /// The directory.
    public let path: FilePath
    private let lock: FileLock

    init(path: FilePath, lock: FileLock) {
        self.path = path
        self.lock = lock
    }
}

/// The directories of builds: the logs of their steps, and what was kept of a step that failed.
extension ContentStore {
    /// What can be removed of a build by itself.
    enum BuildPart: String {
        /// Everything.
        case whole = ""
        /// What was kept of the step that failed.
        case state
    }

    var buildsPath: FilePath { root.appending("builds") }

    /// Where the directory of a build is, if it has one.
    public func buildDirectory(_ build: Int64) -> FilePath { buildsPath.appending("\(build)") }

    /// Where the state of a build's failed step is, if it was kept.
    public func buildStateDirectory(_ build: Int64) -> FilePath {
        buildDirectory(build).appending(BuildPart.state.rawValue)
    }

    /// The key of the cache record that keeps the layers which the state of a build's failed step stands on.
    public static func stateKey(of build: Int64) -> Digest { Digest.sha256(of: "kept state of build \(build)") }

    /// Makes the directory of a build and holds it. What a forgotten build of this number left is removed.
    public func makeBuildDirectory(_ build: Int64) throws(StoreError) -> BuildDirectoryHold {
        guard !isReadOnly else { throw readOnlyError }
        return try storeErrors {
            let storeLock = try FileLock(waitingFor: root.appending("lock"))
            defer { withExtendedLifetime(storeLock) {} }
            let parent = try DirectoryHandle(buildsPath)
            if let name = FileName("\(build)") {
                try parent.removeTree(name)
                try parent.makeDirectory(name, mode: 0o700)
            }
            let path = buildDirectory(build)
            return BuildDirectoryHold(path: path, lock: try FileLock(waitingFor: path.appending("lock")))
        }
    }

    /// Holds the directory of a build; nil when it has none, or somebody else holds it.
    public func holdBuildDirectory(_ build: Int64) throws(StoreError) -> BuildDirectoryHold? {
        guard !isReadOnly else { throw readOnlyError }
        return try storeErrors {
            let storeLock = try FileLock(waitingFor: root.appending("lock"))
            defer { withExtendedLifetime(storeLock) {} }
            return try holdNow(build: build)
        }
    }

    private func holdNow(build: Int64) throws -> BuildDirectoryHold? {
        let path = buildDirectory(build)
        guard Self.exists(path) else { return nil }
        return try FileLock.tryLock(path.appending("lock")).map { BuildDirectoryHold(path: path, lock: $0) }
    }

    /// Whether a process holds the directory of a build: it still runs, or somebody looks at what it left.
    public func isBuildDirectoryHeld(_ build: Int64) throws(StoreError) -> Bool {
        if isReadOnly { return false }
        return try Self.isBuildDirectoryHeld("\(build)", in: root)
    }

    /// Under the store's lock, so that the question disturbs nobody who wants to hold it.
    static func isBuildDirectoryHeld(_ name: String, in root: FilePath) throws(StoreError) -> Bool {
        let lock = root.appending("builds").appending(name).appending("lock")
        return try storeErrors {
            let storeLock = try FileLock(waitingFor: root.appending("lock"))
            defer { withExtendedLifetime(storeLock) {} }
            return try exists(lock) && FileLock.tryLock(lock) == nil
        }
    }

    /// The builds that have directories, the last one first.
    public func buildDirectories() throws(StoreError) -> [Int64] {
        guard Self.exists(buildsPath) else { return [] }
        return try storeErrors {
            try DirectoryHandle(buildsPath).entries().compactMap { Int64($0.name.description) }.sorted(by: >)
        }
    }

    /// Removes the directories of builds up to a number, those in use left out.
    public func removeBuildDirectories(through last: Int64) throws(StoreError) {
        let old = try buildDirectories().filter { $0 <= last }
        if old.isEmpty { return }
        let bin = try lease()
        for build in old { _ = try discard(.whole, of: build, to: bin.temporaryPath()) }
        try bin.end()
    }

    /// Removes what was kept of the failed step of a build, if nobody uses it.
    public func removeBuildState(_ build: Int64) throws(StoreError) {
        let bin = try lease()
        _ = try discard(.state, of: build, to: bin.temporaryPath())
        try bin.end()
    }

    /// Moves what is left of a build to `bin`, a path that is free, unless somebody holds it.
    ///
    /// - Returns: Whether it was there and free.
    func discard(_ part: BuildPart, of build: Int64, to bin: FilePath) throws(StoreError) -> Bool {
        let found = try storeErrors {
            let storeLock = try FileLock(waitingFor: root.appending("lock"))
            defer { withExtendedLifetime(storeLock) {} }
            guard let hold = try holdNow(build: build) else { return false }
            defer { withExtendedLifetime(hold) {} }
            let path = part == .whole ? hold.path : hold.path.appending(part.rawValue)
            guard let name = path.lastComponent.flatMap(FileName.init), Self.exists(path),
                let newName = bin.lastComponent.flatMap(FileName.init)
            else { return false }
            try DirectoryHandle(path.removingLastComponent()).rename(
                name, to: newName, in: DirectoryHandle(bin.removingLastComponent()))
            return true
        }
        if found { try removeCacheRecord(for: Self.stateKey(of: build)) }
        return found
    }
}
