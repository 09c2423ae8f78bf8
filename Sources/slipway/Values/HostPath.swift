import Glibc
import SystemPackage

/// Paths of this machine as the command line gives them, made absolute: they are used in other working directories.
enum HostPath {
    /// A path from the working directory, which need not exist.
    static func absolute(_ path: FilePath) throws -> FilePath {
        if path.isAbsolute { return path.lexicallyNormalized() }
        guard let directory = getcwd(nil, 0) else {
            throw CommandFailure("cannot tell the working directory: \(Errno(rawValue: errno))")
        }
        defer { free(directory) }
        return FilePath(platformString: directory).pushing(path).lexicallyNormalized()
    }

    /// The path of a file or directory that exists, without symbolic links.
    static func resolved(_ path: FilePath) throws(CommandFailure) -> FilePath {
        guard let resolved = realpath(path.string, nil) else {
            throw CommandFailure("cannot mount \(path): \(Errno(rawValue: errno))")
        }
        defer { free(resolved) }
        return FilePath(platformString: resolved)
    }
}
