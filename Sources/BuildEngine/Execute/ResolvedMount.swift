import FileSystem
import OCI
import SystemPackage

/// A mount of a `RUN` with everything looked up: what it consists of in the store, or what it asks the command line for.
///
/// It does not need the graph that it comes from any more, so that a failed step can be reopened when that is gone.
enum ResolvedMount: Sendable, Hashable {
    /// Bytes, such as `/etc/hosts` and the script of a heredoc.
    case file(bytes: [UInt8], target: String, mode: UInt16)
    /// A part of a stack of layers; `writes` names the directory below the step's that takes what is written to it.
    case layers([Digest], path: String, target: String, isDirectory: Bool, writes: String?)
    /// A cache; `file` is the one file that is mounted of it.
    case cache(CacheMounts.Wish, file: String?, isDirectory: Bool, readOnly: Bool)
    case tmpfs(target: String, size: UInt64?, readOnly: Bool)
    case secret(
        id: String, target: String, isFile: Bool, variable: String?, isRequired: Bool, mode: UInt16, uid: UInt32,
        gid: UInt32)
    case ssh(id: String, target: String, isRequired: Bool, mode: UInt16, uid: UInt32, gid: UInt32)

    /// The layers that have to be there.
    var layers: [Digest] {
        guard case .layers(let layers, _, _, _, _) = self else { return [] }
        return layers
    }
}
