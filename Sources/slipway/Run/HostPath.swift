import Glibc
import SystemPackage

/// Paths of this machine as the command line gives them.
enum HostPath {
    /// The absolute path of a file or directory that exists, without symbolic links.
    static func absolute(_ path: FilePath) throws(CommandFailure) -> FilePath {
        guard let resolved = realpath(path.string, nil) else {
            throw CommandFailure("cannot mount \(path): \(Errno(rawValue: errno))", exitCode: .containerFailure)
        }
        defer { free(resolved) }
        return FilePath(platformString: resolved)
    }
}
