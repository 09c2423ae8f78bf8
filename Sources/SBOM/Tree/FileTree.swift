internal import FileSystem
internal import LayerStore
internal import OCI
internal import SystemPackage

/// The files of an image: which there are, and the bytes of the few that a cataloger wants.
struct FileTree {
    /// A regular file.
    struct File {
        /// The absolute path, no symbolic link in it.
        let path: String
        /// Whether it begins as an ELF file does.
        let isBinary: Bool
        let location: Package.Location
        /// The path as it is, if that is not UTF-8.
        fileprivate let filePath: FilePath?

        /// The last component of the path.
        var name: Substring { path.lastPathComponent }
    }

    /// The regular files in the order of their paths' bytes; one with several hard links is there once.
    let files: [File]
    private let lookup: (FilePath) throws -> FileBytes?

    /// What is at an absolute path, symbolic links followed; nil when there is no regular file.
    func open(_ path: String) throws -> FileBytes? { try lookup(FilePath(path)) }

    /// The bytes of a file of the tree.
    func open(_ file: File) throws -> FileBytes {
        guard let bytes = try lookup(file.filePath ?? FilePath(file.path)) else {
            throw SBOMError.damaged("it is not there any more")
        }
        return bytes
    }

    /// All bytes of a file of the tree.
    func contents(_ file: File, limit: Int = Limit.document) throws -> [UInt8] { try open(file).all(limit: limit) }

    /// A tree that is given as bytes by absolute path.
    init(_ contents: [String: [UInt8]]) {
        files = contents.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.map { path, bytes in
            File(
                path: path, isBinary: bytes.starts(with: Self.magic), location: Package.Location(path: path),
                filePath: nil)
        }
        lookup = { contents[$0.string].map { FileBytes($0) } }
    }

    /// What an ELF file begins with.
    private static let magic: [UInt8] = [0x7f, 0x45, 0x4c, 0x46]

    private struct LinkedFile: Hashable {
        var device: UInt64
        var inode: UInt64
    }

    /// The tree of a stack of unpacked layers.
    ///
    /// Files that may be executed and libraries are opened for their first bytes; of no other is anything read.
    ///
    /// - Parameter progress: is told now and then how many files were seen.
    /// - Throws: `FileSystemError`, `LayerStoreError`, `CancellationError`.
    init(_ view: LayerView, progress: (Int) -> Void) throws {
        var found: [File] = []
        var linked: Set<LinkedFile> = []
        var seen = 0
        try view.walk(below: view.root) { node in
            guard node.status.kind == .regular else { return .descend }
            seen += 1
            if seen % 256 == 0 {
                try Task.checkCancellation()
                progress(seen)
            }
            if node.status.linkCount > 1 {
                let file = LinkedFile(device: node.status.device, inode: node.status.inode)
                guard linked.insert(file).inserted else { return .descend }
            }
            let path = node.pathBytes
            let text = String(decoding: path, as: UTF8.self)
            found.append(
                File(
                    path: text, isBinary: try Self.isBinary(node, text),
                    location: Package.Location(path: text, layer: node.layerIndex.map { view.layers[$0] }),
                    filePath: text.utf8.elementsEqual(path) ? nil : node.path))
            return .descend
        }
        files = found.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
        lookup = { path in
            do {
                guard let node = try view.lookup(path), node.status.kind == .regular else { return nil }
                return FileBytes(OpenFile(try node.open()), count: Int(node.status.size))
            } catch let error as LayerStoreError where error.code == .symbolicLinkLoop {
                return nil
            }
        }
    }

    private static func isBinary(_ node: Node, _ path: String) throws -> Bool {
        guard node.status.size >= 52 else { return false }
        let name = path.lastPathComponent
        guard node.status.mode & 0o111 != 0 || name.hasSuffix(".so") || name.contains(".so.") else { return false }
        return try OpenFile(try node.open()).bytes(at: 0, count: 4) == magic
    }
}
