public import FileSystem
public import OCI
public import SystemPackage

/// The file system of an image, read from its unpacked layers without mounting anything.
///
/// Upper layers hide lower ones as in overlayfs: whiteouts, opaque directories, a file in place of a directory. Symbolic
/// links are resolved inside the image: absolute ones start at its root, and `..` at the root stays there.
///
/// Descriptors: one for each layer while the view lives, and those of the directories that nodes lie in. A walk keeps
/// those of the directories on the way down.
public struct LayerView: Sendable {
    /// The layers by DiffID, the lowest first, as in an image's `rootfs.diff_ids`.
    public let layers: [Digest]
    /// The image's root directory: the status is that of the lowest layer, for an upperdir's own says nothing; 0755 of
    /// root's when there is no layer.
    public let root: Node
    let stack: LayerStack

    /// The most symbolic links that resolving one path may meet.
    public static let symbolicLinkLimit = 255

    /// Looks at a stack of unpacked layers.
    ///
    /// - Throws: `LayerStoreError.missingLayer` when a layer is not unpacked; `FileSystemError`.
    public init(layers: [Digest], store: LayerStore) throws {
        self.layers = layers
        var roots: [DirectoryHandle] = []
        var implied: [Set<[FileName]>] = []
        var owners: [SpecialOwners] = []
        for diffID in layers {
            guard let place = try store.place(of: diffID) else {
                throw LayerStoreError(.missingLayer, "the layer \(diffID) is not unpacked")
            }
            roots.append(try place.openTree())
            let record = try place.record()
            implied.append(Set(record.implied))
            owners.append(record.owners)
        }
        stack = try LayerStack(roots: roots, implied: implied, owners: owners)
        let parts = roots.enumerated().reversed().map { MergedDirectory.Part(layer: $0.offset, handle: $0.element) }
        root = Node(
            root: MergedDirectory(stack: stack, parts: parts, names: []),
            status: try roots.first?.status() ?? FileStatus(kind: .directory, mode: 0o755))
    }

    /// What is at `path`, or nil when there is nothing. A relative path starts at the root.
    ///
    /// - Throws: `LayerStoreError.symbolicLinkLoop`; `FileSystemError`.
    public func lookup(_ path: FilePath, followFinalSymlink: Bool = true) throws -> Node? {
        try resolve(path, followFinalSymlink: followFinalSymlink).node
    }

    /// What is at `path` when no component is a symbolic link; nil when there is nothing, or a link on the way.
    func literalLookup(_ names: [FileName]) throws -> Node? {
        var node = root
        for name in names {
            guard let next = try node.directory()?.child(name) else { return nil }
            node = next
        }
        return node
    }

    /// The entries of a directory, in the order of `TreeWalk`; none for anything else.
    public func children(of node: Node) throws -> [Node] {
        try node.directory()?.children() ?? []
    }

    /// Visits everything below `node`, parents first, in the order of `TreeWalk`.
    public func walk(below node: Node, visit: (Node) throws -> TreeWalk.Decision) throws {
        var levels = [try children(of: node)[...]]
        while !levels.isEmpty {
            guard let next = levels[levels.count - 1].popFirst() else {
                levels.removeLast()
                continue
            }
            if try visit(next) == .descend, next.status.kind == .directory {
                levels.append(try children(of: next)[...])
            }
        }
    }

    /// The contents of a small file such as `/etc/passwd`, symbolic links followed; nil when it does not exist.
    ///
    /// - Parameter limit: The most bytes to accept.
    /// - Throws: `LayerStoreError.wrongKind` for anything but a regular file; `FileSystemError` with EFBIG for a larger
    ///   file.
    public func readFile(_ path: FilePath, limit: Int = 1 << 20) throws -> [UInt8]? {
        guard let node = try lookup(path) else { return nil }
        let file = try node.open()
        defer { file.closeAfterReading() }
        return try file.readAll(limit: limit, path: node.path)
    }
}
