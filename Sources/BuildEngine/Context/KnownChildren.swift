import ContentStore
import FileSystem
import Synchronization
import SystemPackage

/// What was found out about the entries of directories of a context: links and attributes, each of which costs a system
/// call. A build selects the same files several times, for their key, for the layer and to explain why it is made.
final class KnownChildren: Sendable {
    typealias Children = [(name: FilePath.Component, node: SourceNode)]

    private let directories = Mutex<[Int: Children]>([:])
    private let files = Mutex<StatCache?>(nil)

    /// Earlier builds' records of files.
    var records: StatCache? {
        get { files.withLock { $0 } }
        set { files.withLock { $0 = newValue } }
    }

    /// Whether the file is one that was recorded as having no attributes.
    func isPlain(_ path: FilePath, _ status: FileStatus) -> Bool {
        files.withLock { $0?.isPlain(path, status) ?? false }
    }

    /// The entries of the directory at an index of the context's listing.
    subscript(index: Int) -> Children? {
        get { directories.withLock { $0[index] } }
        set { directories.withLock { $0[index] = newValue } }
    }
}
