internal import Glibc
public import SystemPackage

/// An overlay that fuse-overlayfs(1) serves, for a machine whose kernel mounts none.
///
/// The launcher starts the program beside the sandbox (`CSandbox/served.c`); it ends, and all that was written is in the
/// upper directory, before the sandbox counts as ended. That directory is in the program's own form afterwards.
public struct UserspaceOverlay: Sendable, Hashable {
    private let program: String
    let lower: [FilePath]
    let upper: FilePath
    let work: FilePath

    /// Looks for the program and for a device that may be opened; nil where either is missing.
    ///
    /// - Parameter path: `PATH`; the usual places if nil.
    public static func program(path: String?) -> String? {
        isDeviceOpen ? HostTool.find("fuse-overlayfs", path: path) : nil
    }

    /// Whether this process may open `/dev/fuse`.
    static var isDeviceOpen: Bool { unsafe access("/dev/fuse", R_OK | W_OK) == 0 }

    /// An overlay of directories; nil where one has a character in its path that the program's options cannot hold.
    ///
    /// - Parameters:
    ///   - program: what ``program(path:)`` found.
    ///   - lower: topmost first; at least one.
    ///   - upper: empty, and on the same file system as `work`, which is empty as well. Both are for one process only.
    public init?(program: String, lower: [FilePath], upper: FilePath, work: FilePath) {
        let special = ",:\\".utf8
        guard !lower.isEmpty, (lower + [upper, work]).allSatisfy({ !$0.rawBytes.contains(where: special.contains) })
        else { return nil }
        (self.program, self.lower, self.upper, self.work) = (program, lower, upper, work)
    }

    /// What the launcher executes, each word with a 0 at its end. Descriptor 3 is the device. The whole file system is
    /// flushed by nobody, since who keeps `upper` does that.
    var words: [UInt8] {
        var options = Array("lowerdir=".utf8)
        options += lower.map(\.rawBytes).joined(separator: [UInt8(ascii: ":")])
        options += Array(",upperdir=".utf8)
        options += upper.rawBytes
        options += Array(",workdir=".utf8)
        options += work.rawBytes
        options += Array(",volatile".utf8)
        var words: [UInt8] = []
        for word in [Array(program.utf8), Array("-f".utf8), Array("-o".utf8), options, Array("/dev/fd/3".utf8)] {
            words += word
            words.append(0)
        }
        return words
    }
}
