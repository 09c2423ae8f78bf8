import FileSystem
import LayerStore
import SystemPackage

/// Where a file's bytes are on this machine: a path below an open directory, so that no link leads elsewhere.
struct FileLocation: Sendable {
    var directory: DirectoryHandle
    /// Relative to the directory; empty for the directory itself.
    var path: FilePath

    /// Opens the file for reading; the caller closes it.
    func open() throws -> FileDescriptor { try directory.openFileInRoot(path) }

    /// Where a layer takes the bytes from.
    var source: LayerEntry.Source { .file(directory: directory, path: path) }

    /// The path, for messages.
    var description: FilePath { directory.path.appending(path.components) }
}
