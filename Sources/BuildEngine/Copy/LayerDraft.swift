import Archive
import Dockerfile
import FileSystem
import LayerStore
import SystemPackage

/// The layer that an instruction writes over a file system: what it adds, and the directories above that.
///
/// The file system below is only asked, never changed. What the instruction has written so far is seen first, so that a
/// draft answers as the file system with the layer on top would.
struct LayerDraft {
    /// An owner for everything that is written; nil keeps the source's.
    struct Owner: Sendable, Hashable {
        var uid: UInt32
        var gid: UInt32
    }

    private struct Item {
        var entry: LayerEntry
        /// Whether the directory is only here because something below it is.
        var isRepeated: Bool
    }

    private let base: any SourceTree
    private var items: [FilePath: Item] = [:]
    /// Where a directory of the base was replaced by something else.
    private var hidden: Set<FilePath> = []
    /// Directories that the instruction has made where the base has nothing, so that it has nothing in them either.
    private var new: Set<FilePath> = []
    /// The time of the directories that are made on the way.
    let epoch: Timestamp

    init(over base: any SourceTree, epoch: Timestamp) {
        self.base = base
        self.epoch = epoch
    }

    /// How many directories were made on the way to something.
    var newDirectoryCount: Int { new.count }

    /// What the layer holds, in no particular order.
    var entries: [LayerEntry] { items.values.map(\.entry) }

    // MARK: - Asking

    /// What stands at a path, links not followed.
    func kind(at path: FilePath) throws -> TarEntry.Kind? {
        if let item = items[path] { return item.entry.entry.kind }
        return try baseNode(at: path)?.tarKind
    }

    func isDirectory(_ path: FilePath) throws -> Bool { try kind(at: path) == .directory }

    /// Whether the instruction itself has written this path, and not as a directory.
    func hasWrittenFile(at path: FilePath) -> Bool {
        guard let item = items[path] else { return false }
        return item.entry.entry.kind != .directory
    }

    /// The path with every link on it followed inside the root.
    func resolve(_ path: FilePath) throws -> FilePath {
        try resolveLinks(in: path) {
            if case .symlink(let target)? = try kind(at: $0) { target } else { nil }
        }
    }

    private func baseNode(at path: FilePath) throws -> SourceNode? {
        if !new.isEmpty, new.contains(path.removingLastComponent()) { return nil }
        guard !hidden.isEmpty else { return try base.node(at: path) }
        var ancestor = path
        while !ancestor.components.isEmpty {
            if hidden.contains(ancestor) { return nil }
            ancestor.removeLastComponent()
        }
        return try base.node(at: path)
    }

    // MARK: - Writing

    /// Makes a directory and what is missing above it.
    ///
    /// Throws ``BuildError`` where something else is in the way.
    mutating func makeDirectories(_ path: FilePath, mode: UInt16 = 0o755, owner: Owner?, mtime: Timestamp? = nil) throws
    {
        // The root is always there.
        if path.components.isEmpty { return }
        switch try kind(at: path) {
        case .directory: return
        case nil: break
        default:
            throw BuildError(.copyFailed, "\(path) is not a directory", help: "choose another destination")
        }
        let parent = path.removingLastComponent()
        try makeDirectories(parent, mode: mode, owner: owner)
        var mode = mode
        var owner = owner
        let (parentMode, parentGroup) = try modeAndGroup(of: parent)
        if parentMode & 0o2000 != 0 {
            mode |= 0o2000
            owner = owner ?? Owner(uid: 0, gid: parentGroup)
        }
        new.insert(path)
        put(
            TarEntry(
                path: path.removingRoot(), kind: .directory, mode: mode, uid: owner?.uid ?? 0, gid: owner?.gid ?? 0,
                mtime: mtime ?? epoch), content: .none)
        try repeatParents(of: path)
    }

    /// Writes an entry where nothing or something of the same kind stands.
    ///
    /// Throws ``BuildError`` for a file where a directory stands, and the other way round.
    mutating func write(_ entry: TarEntry, content: LayerEntry.Source) throws {
        let path = FilePath("/").pushing(entry.path)
        let existing = try kind(at: path)
        if entry.kind == .directory {
            if let existing, existing != .directory {
                throw BuildError(.copyFailed, "cannot copy to non-directory: \(path)")
            }
            if existing == nil { new.insert(path) }
        } else if existing == .directory {
            throw BuildError(.copyFailed, "cannot replace to directory \(path) with file")
        }
        put(entry, content: content)
        try repeatParents(of: path)
    }

    /// Writes an entry in place of whatever stands there, as unpacking an archive does.
    mutating func replace(_ entry: TarEntry, content: LayerEntry.Source) throws {
        let path = FilePath("/").pushing(entry.path)
        if try kind(at: path) == .directory, entry.kind != .directory {
            hidden.insert(path)
            items = items.filter { !$0.key.starts(with: path) }
        }
        put(entry, content: content)
        try repeatParents(of: path)
    }

    /// Gives a directory the time of the one whose content was copied into it. The root keeps its own.
    mutating func setTime(_ time: Timestamp, ofDirectory path: FilePath) throws {
        if path.components.isEmpty { return }
        if items[path] == nil {
            guard let node = try baseNode(at: path) else { return }
            put(node.tarEntry(at: path.removingRoot()), content: .none)
            try repeatParents(of: path)
        }
        items[path]?.entry.entry.mtime = time
    }

    /// Gives a file that the instruction has written the owner, mode and time of another entry.
    mutating func setAttributes(of path: FilePath, as other: TarEntry) {
        guard var item = items[path] else { return }
        item.entry.entry.mode = other.mode
        item.entry.entry.uid = other.uid
        item.entry.entry.gid = other.gid
        item.entry.entry.mtime = other.mtime
        items[path] = item
    }

    private mutating func put(_ entry: TarEntry, content: LayerEntry.Source) {
        items[FilePath("/").pushing(entry.path)] = Item(
            entry: LayerEntry(entry, source: content), isRepeated: false)
    }

    /// A layer names the directories above what it holds, as they are below it: whoever unpacks it alone must not have
    /// to guess.
    private mutating func repeatParents(of path: FilePath) throws {
        var parent = path.removingLastComponent()
        while !parent.components.isEmpty, items[parent] == nil {
            if let node = try baseNode(at: parent) {
                let entry = node.tarEntry(at: parent.removingRoot())
                items[parent] = Item(entry: LayerEntry(entry), isRepeated: true)
            }
            parent.removeLastComponent()
        }
    }

    private func modeAndGroup(of path: FilePath) throws -> (UInt16, UInt32) {
        if let item = items[path] { return (item.entry.entry.mode, item.entry.entry.gid) }
        guard let node = try baseNode(at: path) else { return (0o755, 0) }
        return (node.status.mode, node.status.gid)
    }
}
