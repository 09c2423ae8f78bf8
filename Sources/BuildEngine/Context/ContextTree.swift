import Dockerfile
import FileSystem
import SystemPackage

/// The files of a directory context that its ignore file leaves in, as they were when the context was walked.
///
/// One walk reads names and metadata of everything; contents are read only of what is copied.
struct ContextTree: SourceTree {
    let source: ContextDirectory
    private let directory: DirectoryHandle
    private let statuses: [FilePath: FileStatus]
    private let names: [FilePath: [FilePath.Component]]
    /// The latest modification of a file in the context, if it has any file.
    let newestModification: Timestamp?
    /// What was left out.
    let ignoreFile: IgnoreFile

    /// Walks a directory. Paths that `ignoreFile` matches are left out, with all below them unless a pattern that starts
    /// with `!` may take some of it in again.
    ///
    /// Throws ``BuildError`` where the directory cannot be read.
    init(walking source: ContextDirectory, ignoring ignoreFile: IgnoreFile) throws {
        self.source = source
        self.ignoreFile = ignoreFile
        let ignore = ignoreFile.patterns
        var statuses: [FilePath: FileStatus] = [:]
        var names: [FilePath: [FilePath.Component]] = [:]
        var newest: Timestamp?
        var implied: [(FilePath, FileStatus)] = []
        func add(_ path: FilePath, _ status: FileStatus) {
            statuses[path] = status
            if let name = path.lastComponent { names[path.removingLastComponent(), default: []].append(name) }
        }
        do {
            let top = try DirectoryHandle(source.path)
            directory = top
            statuses["/"] = try top.status()
            let walk = TreeWalk(top)
            try walk.run { entry in
                let relative = entry.path
                let path = FilePath("/").pushing(relative)
                while let last = implied.last, !path.starts(with: last.0) { implied.removeLast() }
                if !ignore.isEmpty, ignore.matches(relative.string) {
                    guard entry.status.kind == .directory, ignore.mayContainExceptions(below: relative.string) else {
                        return .skip
                    }
                    implied.append((path, entry.status))
                    return .descend
                }
                for (directory, status) in implied { add(directory, status) }
                implied.removeAll()
                add(path, entry.status)
                if entry.status.kind == .regular { newest = max(newest ?? entry.status.mtime, entry.status.mtime) }
                return .descend
            }
        } catch let error as FileSystemError {
            throw BuildError(.invalidContext, "cannot read the build context", cause: error)
        }
        for key in names.keys { names[key]?.sort { $0.string.utf8.lexicographicallyPrecedes($1.string.utf8) } }
        self.statuses = statuses
        self.names = names
        newestModification = newest
    }

    func node(at path: FilePath) throws -> SourceNode? {
        guard let status = statuses[path] else { return nil }
        var node = SourceNode(status: status, linkTarget: nil, location: nil)
        if status.kind == .regular {
            node.location = FileLocation(directory: directory, path: path.removingRoot())
        }
        // Whoever builds the image need not be who owns the checkout.
        if !source.isFetched {
            node.status.uid = 0
            node.status.gid = 0
        }
        switch status.kind {
        case .symbolicLink:
            let (parent, name) = try parent(of: path)
            node.linkTarget = try parent.readLink(name)
        case .regular where !path.components.isEmpty, .directory where !path.components.isEmpty:
            let (parent, name) = try parent(of: path)
            node.xattrs = try parent.extendedAttributes(of: name).all(where: isKeptAttribute)
        default: break
        }
        return node
    }

    func children(of path: FilePath) throws -> [(name: FilePath.Component, node: SourceNode)] {
        try (names[path] ?? []).compactMap { name in
            try node(at: path.appending(name)).map { (name, $0) }
        }
    }

    /// Whether the directory has something at a path that was left out of the context.
    func isLeftOut(_ path: FilePath) -> Bool {
        guard statuses[path] == nil, let name = path.lastComponent.flatMap(FileName.init) else { return false }
        return (try? parent(of: path).0.status(of: name)) != nil
    }

    private func parent(of path: FilePath) throws -> (DirectoryHandle, FileName) {
        guard let last = path.lastComponent, let name = FileName(last) else {
            throw BuildError(.invalidContext, "cannot read \(path)")
        }
        let parent = path.removingLastComponent()
        return (parent.components.isEmpty ? directory : try directory.openDirectoryInRoot(parent), name)
    }
}

/// Whether an extended attribute belongs into an image: those of users and file capabilities, not those of this
/// machine's security modules or of overlayfs.
func isKeptAttribute(_ name: String) -> Bool {
    if name == "security.capability" { return true }
    return name.hasPrefix("user.") && !name.hasPrefix("user.overlay.") && !name.hasPrefix("user.slipway.")
}
