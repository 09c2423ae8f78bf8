internal import Archive
public import FileSystem
public import SystemPackage

/// The file system of an image as a directory of copies, for where nothing can be mounted over layers, and what a step
/// changed in it.
///
/// Files share their blocks with the layers' where the file system can (FICLONE). What was there at the beginning is known by
/// inode and time of change, which no program can set; so afterwards nothing has to be compared but what is different, and the
/// directory becomes an upperdir in overlayfs' form by renaming.
public struct CopiedRoot: Sendable {
    /// Where it is.
    public let path: FilePath
    /// What was in it at the beginning, by path.
    private let originals: [[UInt8]: Original]
    /// The names in each of its directories.
    private let names: [[UInt8]: [FileName]]
    /// Paths whose contents are no part of an image: mount points.
    private let excluded: Set<[UInt8]>

    private struct Original: Sendable {
        var inode: UInt64
        var ctime: Timestamp
        var isDirectory: Bool
    }

    /// On a directory that was there from the beginning: its inode's number may have been given to another one since.
    private static let mark = "user.slipway.original"

    /// Copies the files of `view` to `path`, which must not exist.
    ///
    /// - Parameters:
    ///   - mountPoints: made where they are missing; nothing in them counts as changed.
    ///   - devices: whether `/dev` gets the nodes that every program expects.
    /// - Throws: `LayerStoreError`, `FileSystemError`, `CancellationError`.
    public init(of view: LayerView, at path: FilePath, mountPoints: [MountPoint], devices: Bool) throws {
        self.path = path
        guard let name = path.lastComponent.flatMap(FileName.init) else {
            throw FileSystemError(.invalidArgument, operation: "create the directory", path: path)
        }
        let parent = try DirectoryHandle(path.removingLastComponent())
        try parent.makeDirectory(name)
        let root = try parent.openDirectory(name)
        let builder = try TreeBuilder(root: root, readsWhiteouts: false)
        try builder.add(view.root.directoryEntry()) { _ in }
        try view.copy(view.root, to: builder)
        let stubs = try view.stubs(for: mountPoints)
        for entry in stubs.entries where try view.lookup(entry.path, followFinalSymlink: false) == nil {
            try builder.add(entry) { _ in }
        }
        if devices { try Self.addDevices(to: builder) }
        _ = try builder.finish()
        excluded = Set(stubs.resolved.map { FilePath(root: nil, $0.components).bytes })
        (originals, names) = try Self.record(root)
    }

    private static func addDevices(to builder: TreeBuilder) throws {
        let nodes: [(String, UInt32, UInt32)] = [
            ("null", 1, 3), ("zero", 1, 5), ("full", 1, 7), ("random", 1, 8), ("urandom", 1, 9), ("tty", 5, 0),
        ]
        for (name, major, minor) in nodes {
            let kind = TarEntry.Kind.characterDevice(DeviceNumber(major: major, minor: minor))
            let path = FilePath("dev").appending(name)
            try builder.add(TarEntry(path: path, kind: kind, mode: 0o666, mtime: .unixEpoch)) { _ in }
        }
    }

    private static func record(
        _ root: DirectoryHandle
    ) throws -> (originals: [[UInt8]: Original], names: [[UInt8]: [FileName]]) {
        var originals: [[UInt8]: Original] = [:]
        var names: [[UInt8]: [FileName]] = [:]
        try TreeWalk(root).run { item in
            if item.status.kind == .directory {
                try item.directory.extendedAttributes(of: item.name).set(mark, to: [UInt8(ascii: "1")])
            }
            // After the mark, which changes it.
            let status = try item.directory.status(of: item.name)
            originals[item.pathBytes] = Original(
                inode: status.inode, ctime: status.ctime, isDirectory: status.kind == .directory)
            let parent = item.pathBytes.lastIndex(of: UInt8(ascii: "/")).map { item.pathBytes[..<$0] } ?? []
            names[Array(parent), default: []].append(item.name)
            return .descend
        }
        // Marking a directory changed nothing in its parent, but what is in it was listed before: all is as it is now.
        return (originals, names)
    }

    // MARK: Afterwards

    /// Moves what has changed to `upper`, a directory that exists, in overlayfs' form. The copy is of no use afterwards.
    ///
    /// - Throws: `FileSystemError`, `CancellationError`.
    public func moveChanges(to upper: FilePath) throws {
        let target = try ChangedTree(root: try DirectoryHandle(path), upper: try DirectoryHandle(upper))
        var pending: [[UInt8]] = [[]]
        while let path = pending.popLast() {
            try Task.checkCancellation()
            let directory = try target.root.openDirectoryInRoot(
                FilePath(bytes: path.isEmpty ? [UInt8(ascii: "/")] : path))
            var present: Set<FileName> = []
            for entry in try directory.sortedEntries() {
                present.insert(entry.name)
                let child = Self.join(path, entry.name)
                if excluded.contains(child) { continue }
                guard !entry.name.hasWhiteoutPrefix else {
                    throw LayerStoreError(
                        .unrepresentable,
                        "no layer can hold \(FilePath(bytes: child)): names that begin with .wh. mean removed files")
                }
                let status = try directory.status(of: entry.name)
                if status.kind == .socket { continue }
                let original = originals[child]
                let isSame = original?.inode == status.inode
                guard status.kind == .directory else {
                    if isSame, original?.ctime == status.ctime { continue }
                    try target.move(entry.name, from: directory, path)
                    continue
                }
                guard isSame, try directory.extendedAttributes(of: entry.name).get(Self.mark) != nil else {
                    try target.move(entry.name, from: directory, path, isOpaque: original?.isDirectory ?? false)
                    continue
                }
                if original?.ctime != status.ctime { try target.make(child) }
                pending.append(child)
            }
            for name in names[path] ?? [] where !present.contains(name) {
                if excluded.contains(Self.join(path, name)) { continue }
                try target.remove(name, path)
            }
        }
        try target.finish()
    }

    private static func join(_ path: [UInt8], _ name: FileName) -> [UInt8] {
        var bytes = path
        if !bytes.isEmpty { bytes.append(UInt8(ascii: "/")) }
        name.append(to: &bytes)
        return bytes
    }
}

extension LayerView {
    /// Copies what is at `path`, symbolic links followed, to `name` in a directory.
    ///
    /// - Throws: `LayerStoreError`, `FileSystemError`, `CancellationError`. What was copied until then stays.
    public func copy(_ path: FilePath, to name: FileName, in directory: DirectoryHandle) throws {
        guard let node = try lookup(path) else {
            throw FileSystemError(.noSuchFileOrDirectory, operation: "copy", path: path)
        }
        var entry = try node.entry()
        entry.path = FilePath(names: [name])
        guard node.status.kind == .directory else {
            return try copyFile(node, entry, to: try TreeBuilder(root: directory, readsWhiteouts: false))
        }
        try directory.makeDirectory(name)
        let builder = try TreeBuilder(root: try directory.openDirectory(name), readsWhiteouts: false)
        entry.path = ""
        try builder.add(entry) { _ in }
        try copy(node, to: builder)
        _ = try builder.finish()
    }

    /// Adds everything below a directory.
    func copy(_ top: Node, to builder: TreeBuilder) throws {
        struct Inode: Hashable {
            var layer: Int?
            var number: UInt64
        }
        var firstNames: [Inode: FilePath] = [:]
        try walk(below: top) { node in
            try Task.checkCancellation()
            if node.status.kind == .socket { return .skip }
            var entry = try node.entry()
            entry.path = FilePath(names: node.names.dropFirst(top.names.count))
            if node.status.linkCount > 1, node.status.kind != .directory {
                let inode = Inode(layer: node.layerIndex, number: node.status.inode)
                if let first = firstNames[inode] {
                    entry.kind = .hardLink(first)
                    try builder.add(entry) { _ in }
                    return .descend
                }
                firstNames[inode] = entry.path
            }
            try copyFile(node, entry, to: builder)
            return .descend
        }
    }

    private func copyFile(_ node: Node, _ entry: TarEntry, to builder: TreeBuilder) throws {
        try builder.add(entry) { target in
            guard node.status.kind == .regular, node.status.size > 0 else { return }
            let source = try node.open()
            defer { source.closeAfterReading() }
            _ = try FileCopy.contents(
                of: source, to: target, size: node.status.size, sourcePath: node.path, destinationPath: entry.path)
        }
    }
}

/// The upperdir that the changes of a copied root become.
private final class ChangedTree {
    let root: DirectoryHandle
    private let upper: DirectoryHandle
    private let whiteoutForm: WhiteoutForm
    /// Directories made so far, with the times that they are to have.
    private var times: [(path: [UInt8], time: Timestamp)] = []
    private var made: Set<[UInt8]> = [[]]

    init(root: DirectoryHandle, upper: DirectoryHandle) throws {
        self.root = root
        whiteoutForm = try WhiteoutForm(in: upper)
        self.upper = upper
    }

    /// Makes the directory `path` as it is in the root, with those that lead to it.
    func make(_ path: [UInt8]) throws {
        if made.contains(path) { return }
        let slash = path.lastIndex(of: UInt8(ascii: "/"))
        let parent = slash.map { Array(path[..<$0]) } ?? []
        try make(parent)
        guard let name = FilePath(bytes: path).lastComponent.flatMap(FileName.init) else { return }
        let status = try open(parent, in: root).status(of: name)
        let source = try open(path, in: root)
        let directory = try open(parent, in: upper).makeOrOpenDirectory(name)
        try directory.setOwner(uid: status.uid, gid: status.gid)
        for attribute in try source.extendedAttributes.all(where: LayerAttributes.isKept) {
            try directory.extendedAttributes.set(attribute.name, to: attribute.value)
        }
        try directory.setMode(status.mode)
        times.append((path, status.mtime))
        made.insert(path)
    }

    /// Moves an entry of the directory `parent` of the root.
    func move(_ name: FileName, from directory: DirectoryHandle, _ parent: [UInt8], isOpaque: Bool = false) throws {
        try make(parent)
        // The move changes the time of where it is taken from.
        let time = try directory.status().mtime
        let target = try open(parent, in: upper)
        if isOpaque {
            try directory.openDirectory(name).extendedAttributes.set(LayerAttributes.opaque, to: [UInt8(ascii: "y")])
        }
        try directory.rename(name, to: name, in: target)
        try directory.setTimes(time)
    }

    /// Notes that an entry of the directory `parent` was removed.
    func remove(_ name: FileName, _ parent: [UInt8]) throws {
        try make(parent)
        try whiteoutForm.make(of: name, in: try open(parent, in: upper))
    }

    /// Sets the times of all directories, the deepest first.
    func finish() throws {
        for (path, time) in times.reversed() { try open(path, in: upper).setTimes(time) }
    }

    private func open(_ path: [UInt8], in tree: DirectoryHandle) throws -> DirectoryHandle {
        path.isEmpty ? tree : try tree.openDirectoryInRoot(FilePath(bytes: path))
    }
}
