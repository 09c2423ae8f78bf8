import FileSystem
import SystemPackage

/// A file, directory or link in a place that files are copied from.
struct SourceNode: Sendable {
    var status: FileStatus
    /// Where a symbolic link leads.
    var linkTarget: FilePath? = nil
    /// Where the bytes of a regular file are.
    var location: FileLocation? = nil
    var xattrs: [ExtendedAttribute] = []

    var isDirectory: Bool { status.kind == .directory }
    var isRegularFile: Bool { status.kind == .regular }
}

/// A place that files are copied from: a context, or the file system of a stage or an image.
protocol SourceTree: Sendable {
    /// What stands at an absolute path, without following a link there; nil where there is nothing or it is ignored.
    func node(at path: FilePath) throws -> SourceNode?
    /// What is in the directory at an absolute path, in the order of the names' bytes.
    func children(of path: FilePath) throws -> [(name: FilePath.Component, node: SourceNode)]
}

extension SourceTree {
    /// The path with every link on it followed inside the root. What does not exist is kept as it is.
    ///
    /// Throws ``BuildError`` when links go round in a circle.
    func resolve(_ path: FilePath) throws -> FilePath {
        try resolveLinks(in: path) { try node(at: $0)?.linkTarget }
    }
}

/// Follows the links of an absolute path inside its root: `..` at the root stays there, and an absolute link starts at
/// the root. `linkTarget` tells where the link at a path leads, nil for anything else.
func resolveLinks(in path: FilePath, linkTarget: (FilePath) throws -> FilePath?) throws -> FilePath {
    var resolved = FilePath("/")
    var pending = Array(path.components.reversed())
    var followed = 0
    while let component = pending.popLast() {
        switch component.kind {
        case .currentDirectory: continue
        case .parentDirectory: resolved.removeLastComponent()
        case .regular:
            let next = resolved.appending(component)
            guard let target = try linkTarget(next) else {
                resolved = next
                continue
            }
            followed += 1
            guard followed <= 255 else {
                throw BuildError(.copyFailed, "too many levels of symbolic links in \(path)")
            }
            if target.isAbsolute { resolved = FilePath("/") }
            pending += target.components.reversed()
        }
    }
    return resolved
}
