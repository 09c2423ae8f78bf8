import FileSystem
import LayerStore
import SystemPackage

/// The file system of a stage or an image: a stack of unpacked layers.
struct LayerTree: SourceTree {
    let view: LayerView

    func node(at path: FilePath) throws -> SourceNode? {
        try view.lookup(path, followFinalSymlink: false).map(sourceNode)
    }

    func children(of path: FilePath) throws -> [(name: FilePath.Component, node: SourceNode)] {
        guard let directory = try view.lookup(path, followFinalSymlink: false) else { return [] }
        return try view.children(of: directory).compactMap { node in
            guard let name = node.path.lastComponent else { return nil }
            return (name, try sourceNode(node))
        }
    }

    private func sourceNode(_ node: Node) throws -> SourceNode {
        var location: FileLocation?
        if case .file(let directory, let path) = node.source {
            location = FileLocation(directory: directory, path: path)
        }
        return SourceNode(
            status: node.status, linkTarget: node.symlinkTarget, location: location,
            xattrs: try node.extendedAttributes())
    }
}
