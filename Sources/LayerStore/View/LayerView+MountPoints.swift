public import Archive
internal import FileSystem
public import SystemPackage

/// Where something is to be mounted in an image.
public struct MountPoint: Hashable, Sendable {
    /// The path in the image; symbolic links in it are followed.
    public var path: FilePath
    /// Whether a directory is mounted there; else a file.
    public var isDirectory: Bool

    /// Makes a mount point.
    public init(path: FilePath, isDirectory: Bool) {
        self.path = path
        self.isDirectory = isDirectory
    }
}

/// What an extra lower directory on top of an image's layers must hold so that things can be mounted in it.
///
/// A mount needs something to cover. Making it in the upperdir would put it into the step's layer; so it is made in a
/// lower directory of its own, in which the directories that lead to it look as they do in the image.
public struct MountPointStubs: Sendable {
    /// The entries, sorted, parents first. Empty when everything is there already.
    public var entries: [TarEntry]
    /// For each mount point, in the order given: the absolute path to mount at, without symbolic links.
    public var resolved: [FilePath]

    /// Makes the directory `path`, which must not exist, with these entries in it.
    public func write(to path: FilePath) throws {
        guard let last = path.lastComponent, let name = FileName(last) else {
            throw FileSystemError(.invalidArgument, operation: "create the directory", path: path)
        }
        let parent = path.removingLastComponent()
        let directory = try DirectoryHandle(parent.isEmpty ? "." : parent)
        try directory.makeDirectory(name)
        let top = try directory.openDirectory(name)
        try top.setMode(0o755)
        let builder = try TreeBuilder(root: top)
        for entry in entries { try builder.add(entry) { _ in } }
        _ = try builder.finish()
    }
}

extension LayerView {
    /// What is missing for `mountPoints`, and what corrects the directories that some layer has only implied (see
    /// `TreeBuilder`), which would else show that layer's stopgap for an owner and mode.
    ///
    /// A mount point inside another one is no part of the image: whoever mounts makes it there.
    ///
    /// - Throws: `LayerStoreError.wrongKind` when a file is to be mounted on a directory or the other way round, or when
    ///   a file is in the way; `symbolicLinkLoop`; `FileSystemError`.
    public func stubs(for mountPoints: [MountPoint]) throws -> MountPointStubs {
        let targets = try mountPoints.map { try resolve($0.path) }
        var entries: [[FileName]: TarEntry] = [:]
        if !stack.roots.isEmpty { entries[[]] = try root.directoryEntry() }
        for (mountPoint, target) in zip(mountPoints, targets) {
            let isInsideAnother = targets.contains { $0.path != target.path && target.path.starts(with: $0.path) }
            if isInsideAnother { continue }
            if let node = target.node {
                guard (node.status.kind == .directory) == mountPoint.isDirectory else {
                    let kind = mountPoint.isDirectory ? "a directory" : "a file"
                    throw LayerStoreError(.wrongKind, "cannot mount \(kind) at \(target.path), which is none")
                }
                continue
            }
            guard target.deepest.status.kind == .directory else {
                throw LayerStoreError(
                    .wrongKind, "cannot mount at \(target.path): \(target.deepest.path) is no directory")
            }
            try addAncestors(of: target.deepest.names, to: &entries)
            var names = target.deepest.names
            for name in target.missing {
                names.append(name)
                if entries[names] == nil { entries[names] = Self.missingDirectory(names) }
            }
            if !mountPoint.isDirectory {
                entries[names] = TarEntry(path: FilePath(names: names), kind: .file, mode: 0o644, mtime: .unixEpoch)
            }
        }
        for names in stack.implied.joined() {
            guard let node = try literalLookup(names), node.status.kind == .directory else { continue }
            try addAncestors(of: names, to: &entries)
        }
        if entries.count == 1 { entries = [:] }
        return MountPointStubs(
            entries: entries.values.sorted { $0.path.bytes.lexicographicallyPrecedes($1.path.bytes) },
            resolved: targets.map(\.path))
    }

    /// Adds the existing directory `names` and those that lead to it, as they are in the image.
    private func addAncestors(of names: [FileName], to entries: inout [[FileName]: TarEntry]) throws {
        for length in names.indices.map({ $0 + 1 }) {
            let ancestor = Array(names.prefix(length))
            if entries[ancestor] != nil { continue }
            if let node = try literalLookup(ancestor) { entries[ancestor] = try node.directoryEntry() }
        }
    }

    private static func missingDirectory(_ names: [FileName]) -> TarEntry {
        TarEntry(path: FilePath(names: names), kind: .directory, mode: 0o755, mtime: .unixEpoch)
    }
}
