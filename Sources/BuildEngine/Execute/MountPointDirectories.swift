import Archive
import ContentStore
import LayerStore
import Synchronization
import SystemPackage

/// The directories with what images lack to mount things in them, made once a build for all steps that lack the same.
///
/// They are lower directories of overlays, so nobody writes to them.
final class MountPointDirectories: Sendable {
    private let lease: Lease
    private let paths = Mutex<[[TarEntry]: FilePath]>([:])

    /// The directories go with the lease.
    init(lease: Lease) {
        self.lease = lease
    }

    /// The directory with these entries; nil where nothing is missing.
    func directory(of stubs: MountPointStubs) throws -> FilePath? {
        guard !stubs.entries.isEmpty else { return nil }
        return try paths.withLock { paths in
            if let path = paths[stubs.entries] { return path }
            let path = lease.temporaryPath()
            try stubs.write(to: path)
            paths[stubs.entries] = path
            return path
        }
    }
}
