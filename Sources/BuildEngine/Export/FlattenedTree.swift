import Archive
import FileSystem
import LayerStore
import SystemPackage

/// All files of a stack of layers as the entries of one archive.
enum FlattenedTree {
    private struct LinkedFile: Hashable {
        var device: UInt64
        var inode: UInt64
    }

    /// The entries, in no particular order; times later than `epoch` become the epoch.
    static func entries(of view: LayerView) throws -> [LayerEntry] {
        let tree = LayerTree(view: view)
        var entries: [LayerEntry] = []
        var links: [LinkedFile: FilePath] = [:]
        var pending: [FilePath] = ["/"]
        while let directory = pending.popLast() {
            for (name, node) in try tree.children(of: directory) {
                let path = directory.appending(name)
                if node.isDirectory { pending.append(path) }
                entries.append(entry(node, at: path.removingRoot(), &links))
            }
        }
        return entries
    }

    private static func entry(
        _ node: SourceNode, at path: FilePath, _ links: inout [LinkedFile: FilePath]
    ) -> LayerEntry {
        var entry = node.tarEntry(at: path)
        guard node.isRegularFile else { return LayerEntry(entry) }
        if node.status.linkCount > 1 {
            let file = LinkedFile(device: node.status.device, inode: node.status.inode)
            if let first = links[file] {
                entry.kind = .hardLink(first)
                entry.size = 0
                return LayerEntry(entry)
            }
            links[file] = path
        }
        return LayerEntry(entry, source: node.location?.source ?? .none)
    }
}
