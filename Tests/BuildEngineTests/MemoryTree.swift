import FileSystem
import SystemPackage

@testable import BuildEngine

/// A file system that stands in a test: paths with what is there.
struct MemoryTree: SourceTree {
    enum Item {
        case file(mode: UInt16 = 0o644, uid: UInt32 = 0, gid: UInt32 = 0, inode: UInt64 = 0, links: UInt64 = 1)
        case directory(mode: UInt16 = 0o755, uid: UInt32 = 0, gid: UInt32 = 0, mtime: Int64 = 50)
        case link(String)
    }

    var items: [FilePath: Item]

    init(_ items: [String: Item]) {
        self.items = [:]
        for (path, item) in items {
            let path = FilePath(path)
            self.items[path] = item
            var parent = path.removingLastComponent()
            while !parent.components.isEmpty, self.items[parent] == nil, items[parent.string] == nil {
                self.items[parent] = .directory()
                parent.removeLastComponent()
            }
        }
    }

    func node(at path: FilePath) throws -> SourceNode? {
        if path.components.isEmpty { return SourceNode(status: FileStatus(kind: .directory, mode: 0o755)) }
        let time = Timestamp(seconds: 50)
        switch items[path] {
        case nil: return nil
        case .file(let mode, let uid, let gid, let inode, let links):
            var status = FileStatus(kind: .regular, mode: mode, uid: uid, gid: gid, size: 3, mtime: time)
            status.inode = inode
            status.linkCount = links
            return SourceNode(status: status)
        case .directory(let mode, let uid, let gid, let mtime):
            let time = Timestamp(seconds: mtime)
            return SourceNode(status: FileStatus(kind: .directory, mode: mode, uid: uid, gid: gid, mtime: time))
        case .link(let target):
            return SourceNode(
                status: FileStatus(kind: .symbolicLink, mode: 0o777, mtime: time), linkTarget: FilePath(target))
        }
    }

    func children(of path: FilePath) throws -> [(name: FilePath.Component, node: SourceNode)] {
        try items.keys.filter { !$0.components.isEmpty && $0.removingLastComponent() == path }
            .sorted { $0.string < $1.string }
            .compactMap { child in
                guard let name = child.lastComponent, let node = try node(at: child) else { return nil }
                return (name, node)
            }
    }
}
