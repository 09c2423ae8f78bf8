import FileSystem
import LayerStore
import SystemPackage

/// The file system of a stage or an image: a stack of unpacked layers.
struct LayerTree: SourceTree {
    let view: LayerView

    func node(at path: FilePath) throws -> SourceNode? {
        guard let node = try view.lookup(path, followFinalSymlink: false) else { return nil }
        return SourceNode(
            status: node.status, linkTarget: node.symlinkTarget, hostPath: node.hostPath,
            xattrs: try node.extendedAttributes().filter { isKeptAttribute($0.name) })
    }

    func children(of path: FilePath) throws -> [FilePath.Component] {
        try view.children(of: path).map(\.name)
    }
}
