import Synchronization
import SystemPackage

/// What was found out about the entries of directories of a context: links and attributes, each of which costs a system
/// call. A build selects the same files several times, for their key, for the layer and to explain why it is made.
final class KnownChildren: Sendable {
    typealias Children = [(name: FilePath.Component, node: SourceNode)]

    private let directories = Mutex<[Int: Children]>([:])

    /// The entries of the directory at an index of the context's listing.
    subscript(index: Int) -> Children? {
        get { directories.withLock { $0[index] } }
        set { directories.withLock { $0[index] = newValue } }
    }
}
