import FileSystem
import Glibc
import SystemPackage

/// A directory that goes away with its last reference.
final class TemporaryDirectory: Sendable {
    let path: FilePath

    init() throws {
        path = FilePath("/tmp").appending("slipway-registry-\(UInt64.random(in: .min ... .max))")
        guard mkdir(path.string, 0o700) == 0 else { throw Errno(rawValue: errno) }
    }

    deinit { try? removeTree(path) }

    /// Makes a directory and its parents, below this one.
    func makeDirectory(_ name: String) throws {
        var parent = path
        for component in name.split(separator: "/") {
            parent.append(String(component))
            guard mkdir(parent.string, 0o700) == 0 || errno == EEXIST else { throw Errno(rawValue: errno) }
        }
    }
}
