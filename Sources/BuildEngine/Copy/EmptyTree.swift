import FileSystem
import SystemPackage

/// A file system with nothing in it but its root: what `COPY --link` writes onto.
struct EmptyTree: SourceTree {
    func node(at path: FilePath) throws -> SourceNode? {
        path.components.isEmpty ? SourceNode(status: FileStatus(kind: .directory, mode: 0o755)) : nil
    }

    func children(of path: FilePath) throws -> [(name: FilePath.Component, node: SourceNode)] { [] }
}
