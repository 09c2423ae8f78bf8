import Archive
import BuildGraph
import Dockerfile
import FileSystem
import LayerStore
import SystemPackage

/// Writes what a `COPY` or `ADD` selected into a layer, by the rules of the Dockerfile reference for destinations.
struct CopyWriter {
    var draft: LayerDraft
    let destination: FilePath
    /// Whether the destination was written with a slash at its end.
    let isDirectory: Bool
    let owner: LayerDraft.Owner?
    let mode: ModeChange?
    /// Where an archive's files go until the layer is made.
    let spool: ArchiveSpool
    /// The first path of every file that has more than one name.
    private var links: [LinkedFile: FilePath] = [:]

    private struct LinkedFile: Hashable {
        var device: UInt64
        var inode: UInt64
    }

    init(
        draft: LayerDraft, destination: String, owner: LayerDraft.Owner?, mode: ModeChange?, spool: ArchiveSpool
    ) {
        self.draft = draft
        self.destination = FilePath(destination)
        isDirectory = destination.hasSuffix("/")
        self.owner = owner
        self.mode = mode
        self.spool = spool
    }

    /// The mode of directories that are made on the way: `--chmod` counts for them where it is a number, without the bits
    /// that are no permissions.
    private var directoryMode: UInt16 { mode?.absoluteMode.map { $0 & 0o777 } ?? 0o755 }

    /// Writes one thing that a source names. Hard links are kept within it, not between one source and the next.
    mutating func write(_ item: Selection.Item) throws {
        links.removeAll()
        if item.unpacks, let location = item.root.location, let archive = try spool.open(location) {
            try unpack(archive, to: try draft.resolve(destination))
        } else if item.root.isDirectory {
            try writeDirectory(item, to: try draft.resolve(destination))
        } else {
            if isDirectory {
                try draft.makeDirectories(try draft.resolve(destination), mode: directoryMode, owner: owner)
            }
            try writeFile(item, to: try draft.resolve(destination))
        }
    }

    private mutating func writeDirectory(_ item: Selection.Item, to target: FilePath) throws {
        try draft.makeDirectories(target, mode: directoryMode, owner: owner, mtime: item.root.status.mtime)
        try draft.setTime(item.root.status.mtime, ofDirectory: target)
        for entry in item.entries {
            let path = target.pushing(entry.path)
            if entry.isImplied, try draft.isDirectory(path) { continue }
            try write(entry.node, at: path)
        }
    }

    private mutating func writeFile(_ item: Selection.Item, to target: FilePath) throws {
        var target = target
        if try draft.isDirectory(target), let name = item.name {
            target.append(name)
        } else if draft.hasWrittenFile(at: target) {
            throw BuildError(
                .copyFailed, "more than one file is copied to \(destination)", range: item.range,
                help: "when copying several files the destination must be a directory and end with a /")
        }
        try draft.makeDirectories(target.removingLastComponent(), mode: directoryMode, owner: owner)
        try write(item.root, at: target)
    }

    private mutating func write(_ node: SourceNode, at path: FilePath) throws {
        var entry = node.tarEntry(at: path.removingRoot())
        apply(&entry)
        var content = LayerEntry.Source.none
        if node.isRegularFile {
            content = node.location?.source ?? .none
            if node.status.linkCount > 1 {
                let file = LinkedFile(device: node.status.device, inode: node.status.inode)
                if let first = links[file] {
                    entry.kind = .hardLink(first)
                    entry.size = 0
                    content = .none
                } else {
                    links[file] = entry.path
                }
            }
        }
        try draft.write(entry, content: content)
    }

    /// Gives an entry the owner and mode that the instruction asks for.
    private func apply(_ entry: inout TarEntry) {
        if let owner {
            entry.uid = owner.uid
            entry.gid = owner.gid
        }
        if let mode {
            if case .symlink = entry.kind { return }
            entry.mode = mode.applied(to: entry.mode, isDirectory: entry.kind == .directory)
        }
    }

    /// Writes what an archive holds below a directory.
    mutating func unpack(_ archive: ArchiveSpool.Reader, to target: FilePath) throws {
        try draft.makeDirectories(target, owner: owner)
        while let (tar, content) = try archive.next() {
            var entry = tar.clamped
            guard !entry.path.components.isEmpty else { continue }
            let parent = try draft.resolve(target.pushing(entry.path.removingLastComponent()))
            let made = draft.newDirectoryCount
            try draft.makeDirectories(parent, owner: owner)
            try archive.take(directories: draft.newDirectoryCount - made, bytes: parent.length)
            if let name = entry.path.lastComponent { entry.path = parent.appending(name).removingRoot() }
            if let owner {
                entry.uid = owner.uid
                entry.gid = owner.gid
            }
            if case .hardLink(let first) = entry.kind {
                let path = try draft.resolve(target.pushing(first))
                entry.kind = .hardLink(path.removingRoot())
                // Both names are one file, and the archive's last word on its attributes counts.
                draft.setAttributes(of: path, as: entry)
            }
            try draft.replace(entry, content: content)
        }
    }
}
