import ContentStore
import Dockerfile
import FileSystem
import SystemPackage

/// The files of a directory context that its ignore file leaves in, as they were when the context was walked.
///
/// One walk reads names and metadata of everything; contents are read only of what is copied.
struct ContextTree: SourceTree {
    let source: ContextDirectory
    /// What the ignore file left in.
    let listing: ContextListing
    /// Whether nothing had changed so shortly before the walk that a later change might keep the same times.
    let isSettled: Bool
    private let directory: DirectoryHandle
    private let known = KnownChildren()
    /// What was left out.
    let ignoreFile: IgnoreFile

    /// What is known of files that have not changed, so that they need not be asked for their attributes.
    var records: StatCache? {
        get { known.records }
        nonmutating set { known.records = newValue }
    }

    /// The latest modification of a file in the context, if it has any file.
    var newestModification: Timestamp? { listing.newestModification }

    /// Walks a directory. Paths that `ignoreFile` matches are left out, with all below them unless a pattern that starts
    /// with `!` may take some of it in again.
    ///
    /// Throws ``BuildError`` where the directory cannot be read.
    init(walking source: ContextDirectory, ignoring ignoreFile: IgnoreFile) throws {
        self.source = source
        self.ignoreFile = ignoreFile
        let ignore = ignoreFile.patterns
        var implied: [(path: [UInt8], status: FileStatus)] = []
        do {
            let began = Timestamp.now
            directory = try DirectoryHandle(source.path)
            var listing = ContextListing(root: try directory.status())
            var scan = TreeScan(directory)
            if !ignore.isEmpty { scan.decide = { Self.decision(ignore, $0, $1) } }
            try scan.run { entry in
                while let last = implied.last, !entry.pathBytes.starts(with: last.path + [UInt8(ascii: "/")]) {
                    implied.removeLast()
                }
                if entry.decision == .descend { return implied.append((entry.pathBytes, entry.status)) }
                for (path, status) in implied { listing.append(path, status) }
                implied.removeAll()
                listing.append(entry.pathBytes, entry.status)
            }
            self.listing = listing
            isSettled = listing.isSettled(at: began)
        } catch let error as FileSystemError {
            throw BuildError(.invalidContext, "cannot read the build context", cause: error)
        }
    }

    /// What the ignore file says of an entry.
    private static func decision(
        _ ignore: IgnorePatterns, _ path: [UInt8], _ status: FileStatus
    ) -> TreeScan.Decision {
        let relative = String(decoding: path, as: UTF8.self)
        guard ignore.matches(relative) else { return .take }
        return status.kind == .directory && ignore.mayContainExceptions(below: relative) ? .descend : .skip
    }

    func node(at path: FilePath) throws -> SourceNode? {
        guard let index = listing.index(of: path) else { return nil }
        return try node(index, at: path, in: try directory(of: path.removingLastComponent()))
    }

    private func node(_ index: Int, at path: FilePath, in parent: DirectoryHandle) throws -> SourceNode {
        let status = listing.status(at: index)
        var node = SourceNode(status: status, linkTarget: nil, location: nil)
        // Whoever builds the image need not be who owns the checkout.
        if !source.isFetched {
            node.status.uid = 0
            node.status.gid = 0
        }
        if status.kind == .regular {
            node.location = FileLocation(directory: directory, path: path.removingRoot())
        }
        guard let name = path.lastComponent.flatMap(FileName.init) else { return node }
        switch status.kind {
        case .symbolicLink: node.linkTarget = try parent.readLink(name)
        case .regular:
            if let file = node.location, known.isPlain(file.path, status) { break }
            node.xattrs = try parent.extendedAttributes(of: name).all(where: isKeptAttribute)
        case .directory: node.xattrs = try parent.extendedAttributes(of: name).all(where: isKeptAttribute)
        default: break
        }
        return node
    }

    private func directory(of path: FilePath) throws -> DirectoryHandle {
        path.components.isEmpty ? directory : try directory.openDirectoryInRoot(path)
    }

    func children(of path: FilePath) throws -> [(name: FilePath.Component, node: SourceNode)] {
        guard let index = listing.index(of: path), listing.status(at: index).kind == .directory else { return [] }
        if let children = known[index] { return children }
        let parent = try directory(of: path)
        let children = try listing.sortedChildren(of: index).compactMap { child in
            try listing.name(at: child).map { ($0, try node(child, at: path.appending($0), in: parent)) }
        }
        known[index] = children
        return children
    }

    /// Whether the directory has something at a path that was left out of the context.
    func isLeftOut(_ path: FilePath) -> Bool {
        guard listing.index(of: path) == nil, let name = path.lastComponent.flatMap(FileName.init) else { return false }
        return (try? directory(of: path.removingLastComponent()).status(of: name)) != nil
    }
}

/// Whether an extended attribute belongs into an image: those of users and file capabilities, not those of this
/// machine's security modules or of overlayfs.
func isKeptAttribute(_ name: String) -> Bool {
    if name == "security.capability" { return true }
    return name.hasPrefix("user.") && !name.hasPrefix("user.overlay.") && !name.hasPrefix("user.slipway.")
}
