import FileSystem
import SystemPackage

/// A place that holds one file: a heredoc, or what was downloaded.
struct SingleFileTree: SourceTree {
    let name: FilePath.Component
    let file: SourceNode

    func node(at path: FilePath) throws -> SourceNode? {
        if path == FilePath(root: "/", [name]) { return file }
        guard path.components.isEmpty else { return nil }
        let status = FileStatus(kind: .directory, mode: 0o755, uid: 0, gid: 0, mtime: file.status.mtime)
        return SourceNode(status: status, linkTarget: nil, hostPath: file.hostPath.removingLastComponent())
    }

    func children(of path: FilePath) throws -> [FilePath.Component] { path.components.isEmpty ? [name] : [] }
}
