import FileSystem
import OCI
import SystemPackage

/// The files that a step took, with what counts of each, in the order of the paths' bytes.
///
/// Kept beside the step, so that a later build can name the files that are others. Contents are told apart by eight bytes
/// of their digests: a list decides nothing, it only explains.
struct FileList: Equatable {
    struct Entry: Equatable {
        /// From the root of where the files come from.
        var path: [UInt8]
        /// As in the names of file types: `r`, `d`, `l`, `c`, `b`, `p`, `s`.
        var kind: UInt8
        var mode: UInt16
        var uid: UInt32
        var gid: UInt32
        /// Where a symbolic link leads, or which device a node stands for.
        var target: [UInt8] = []
        /// The beginning of the content's digest; 0 for what has no content.
        var content: UInt64 = 0
        /// The beginning of the digest of the extended attributes; 0 for none.
        var attributes: UInt64 = 0
    }

    private(set) var entries: [Entry] = []

    init(_ entries: [Entry]) {
        func precedes(_ left: Entry, _ right: Entry) -> Bool { left.path.lexicographicallyPrecedes(right.path) }
        // A walk has its own order, in which a directory and a file may stand the other way round; a stored list has this.
        let isSorted = zip(entries, entries.dropFirst()).allSatisfy { !precedes($1, $0) }
        self.entries = isSorted ? entries : entries.sorted(by: precedes)
    }

    /// The files of a selection. `digests` are those of the regular files, in the order of
    /// `SelectionKey.regularFiles(of:)`.
    init(_ selection: Selection, digests: [Digest]) {
        var entries: [Entry] = []
        var remaining = digests[...]
        for item in selection.items {
            let root = FilePath(root: nil, item.path.components)
            // Of a directory that a source names only the content counts.
            if !item.root.isDirectory { entries.append(Entry(item.root, at: root, &remaining)) }
            for entry in item.entries { entries.append(Entry(entry.node, at: root.pushing(entry.path), &remaining)) }
        }
        self.init(entries)
    }
}

extension FileList.Entry {
    init(_ node: SourceNode, at path: FilePath, _ digests: inout ArraySlice<Digest>) {
        let status = node.status
        self.init(
            path: path.bytes, kind: status.kind.letter, mode: status.mode, uid: status.uid, gid: status.gid,
            target: node.linkTarget?.bytes ?? [])
        if status.kind == .characterDevice || status.kind == .blockDevice {
            target = Array("\(status.specialDevice.major):\(status.specialDevice.minor)".utf8)
        }
        if node.location != nil, let digest = digests.popFirst() { content = digest.beginning }
        guard !node.xattrs.isEmpty else { return }
        var hasher = KeyHasher("attributes/1")
        for attribute in node.xattrs.sorted(by: { $0.name < $1.name }) {
            hasher.add(attribute.name)
            hasher.add(attribute.value)
        }
        attributes = hasher.finish().beginning
    }
}

extension Digest {
    /// The first eight bytes; never 0, which stands for no digest.
    fileprivate var beginning: UInt64 {
        var value: UInt64 = 0
        for digit in hex.utf8.prefix(16) {
            value =
                value << 4
                | UInt64(digit <= UInt8(ascii: "9") ? digit - UInt8(ascii: "0") : digit - UInt8(ascii: "a") + 10)
        }
        return max(value, 1)
    }
}

extension FileKind {
    fileprivate var letter: UInt8 {
        switch self {
        case .regular: UInt8(ascii: "r")
        case .directory: UInt8(ascii: "d")
        case .symbolicLink: UInt8(ascii: "l")
        case .characterDevice: UInt8(ascii: "c")
        case .blockDevice: UInt8(ascii: "b")
        case .fifo: UInt8(ascii: "p")
        case .socket: UInt8(ascii: "s")
        }
    }
}
