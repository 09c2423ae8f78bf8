import BuildGraph
import FileSystem
import SystemPackage

/// The lock file of a Dockerfile, and what a build does with it.
struct LockFile {
    private let use: LockUse
    /// Beside the Dockerfile; nil where it is not looked at.
    private let path: FilePath?
    /// What the file says; nil where there is none.
    private let lock: SourceLock?
    /// No lock file is larger.
    private static let limit = 16 << 20

    /// Reads the file, if the build has to do with one.
    ///
    /// Throws ``BuildError`` where there is no place for it, or it has to be there and is not, or is no lock file.
    init(_ request: BuildRequest, _ input: LoadedDockerfile) throws {
        use = request.lock
        guard use != .none else {
            (path, lock) = (nil, nil)
            return
        }
        guard var path = input.path, input.context?.isFetched != true || !path.starts(with: input.context?.path ?? "/"),
            let name = path.lastComponent
        else {
            throw BuildError(
                .invalidOption, "a lock file stands beside a Dockerfile that is a file of this machine",
                help: "name the Dockerfile with -f PATH")
        }
        path.removeLastComponent()
        path.append(name.string + ".lock")
        self.path = path
        guard let bytes = try BuildContexts.read(path, limit: Self.limit) else {
            guard use == .write else {
                throw BuildError(
                    .invalidOption, "there is no lock file \(path)", help: "write it by building with --lock")
            }
            lock = nil
            return
        }
        lock = try SourceLock(parsing: bytes, name: path.lastComponent?.string ?? path.string)
    }

    /// What the file is called in messages.
    var name: String { path?.lastComponent?.string ?? "the lock file" }

    func rules(_ policies: [SourcePolicy]) throws -> SourceRules {
        SourceRules(
            policies: policies, enforced: use == .enforce ? lock : nil, lockName: name, isLocking: use != .none)
    }

    /// Writes the file, if it is to be written: what the build used, and what else was in it, which other targets or
    /// platforms may use.
    ///
    /// - Returns: the names in the file that this build did not use.
    func finish(_ used: SourceLock) throws -> [String] {
        guard let path else { return [] }
        if use == .write {
            let new = lock.map { used.refreshing($0) } ?? used
            if new != lock {
                do { try AtomicFile.write(new.encoded(), to: path) } catch {
                    throw BuildError(.exportFailed, "cannot write \(path)", cause: error)
                }
            }
        }
        return lock?.unused(by: used) ?? []
    }
}
