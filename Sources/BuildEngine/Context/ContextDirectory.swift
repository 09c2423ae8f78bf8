import FileSystem
import SystemPackage

/// A directory of this machine with the files of a context.
struct ContextDirectory: Sendable, Hashable {
    var path: FilePath
    /// Whether it was made for this build from an archive or a repository. Then it has no ignore file and its files keep
    /// their owners, as in BuildKit, and nothing about it is worth remembering.
    var isFetched = false
    /// The time of the commit that it holds.
    var time: Timestamp?
    /// The name of the only file, where the address of the context is that of one file and not of an archive.
    var onlyFile: String?
    /// What was fetched for it; nil for what came from this machine.
    var origin: ContextOrigin?
}
