import Dockerfile
import FileSystem
import OCI
import SystemPackage

/// The digest of what a `COPY` takes: names, kinds, modes, owners, links, attributes and contents. Times and inode
/// numbers do not count, nor does the order in which a directory lists its entries.
struct SelectionKey {
    private var hasher = KeyHasher("selection/2")

    /// `digests` are those of the regular files, in the order of ``regularFiles(of:)``.
    init(_ selection: Selection, digests: [Digest]) {
        var remaining = digests[...]
        hasher.add(selection.items.count)
        for item in selection.items {
            hasher.add(item.name.map { FilePath(root: nil, [$0]).bytes } ?? [])
            hasher.add(item.unpacks)
            add(item.root, isRoot: item.root.isDirectory, &remaining)
            hasher.add(item.entries.count)
            for entry in item.entries {
                hasher.add(entry.path.bytes)
                hasher.add(entry.isImplied)
                add(entry.node, isRoot: false, &remaining)
            }
        }
    }

    var digest: Digest { hasher.finish() }

    /// The files whose content a selection's key needs.
    static func regularFiles(
        of selection: Selection
    ) -> [(status: FileStatus, location: FileLocation, isPlain: Bool)] {
        var files: [(FileStatus, FileLocation, Bool)] = []
        func add(_ node: SourceNode) {
            if let location = node.location { files.append((node.status, location, node.xattrs.isEmpty)) }
        }
        for item in selection.items {
            add(item.root)
            for entry in item.entries { add(entry.node) }
        }
        return files
    }

    /// The directory that a source names gives nothing of its own to the layer, only what is in it.
    private mutating func add(_ node: SourceNode, isRoot: Bool, _ digests: inout ArraySlice<Digest>) {
        hasher.add(node.status.kind.rawValue)
        guard !isRoot else { return }
        hasher.add(node.status.mode)
        hasher.add(node.status.uid)
        hasher.add(node.status.gid)
        hasher.add(node.linkTarget?.bytes ?? [])
        hasher.add(node.status.specialDevice.major)
        hasher.add(node.status.specialDevice.minor)
        hasher.add(node.xattrs.count)
        for attribute in node.xattrs.sorted(by: { $0.name < $1.name }) {
            hasher.add(attribute.name)
            hasher.add(attribute.value)
        }
        if node.location != nil, let digest = digests.popFirst() { hasher.add(digest) }
    }
}
