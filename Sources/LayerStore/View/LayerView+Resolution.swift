public import Archive
public import FileSystem
public import SystemPackage

/// Where a path of an image leads.
public struct ResolvedPath: Sendable {
    /// The absolute path without symbolic links, `.` and `..`, be it there or not.
    public let path: FilePath
    /// What is there; nil when nothing is.
    public let node: Node?
    /// The deepest thing on the way that exists: `node` if there is one, else the last directory (or the file that is in
    /// the way of going further).
    public let deepest: Node
    /// The names after `deepest` that do not exist; empty when `node` is there.
    public let missing: [FileName]
}

extension LayerView {
    /// Follows `path` through symbolic links, as far as it exists and beyond.
    ///
    /// - Parameter followFinalSymlink: Whether a symbolic link as the last component is followed too.
    /// - Throws: `LayerStoreError.symbolicLinkLoop`; `FileSystemError`.
    public func resolve(_ path: FilePath, followFinalSymlink: Bool = true) throws -> ResolvedPath {
        var pending = Array(path.components.reversed())
        var existing = [root]
        var missing: [FileName] = []
        var links = 0
        while let component = pending.popLast() {
            guard let name = FileName(component) else {
                if component.kind == .parentDirectory {
                    if !missing.isEmpty {
                        missing.removeLast()
                    } else if existing.count > 1 {
                        existing.removeLast()
                    }
                }
                continue
            }
            guard missing.isEmpty, let node = try existing.last?.directory()?.child(name) else {
                missing.append(name)
                continue
            }
            guard let target = node.symlinkTarget, followFinalSymlink || !pending.isEmpty else {
                existing.append(node)
                continue
            }
            links += 1
            guard links <= Self.symbolicLinkLimit else {
                throw LayerStoreError(.symbolicLinkLoop, "\(path) leads through too many symbolic links")
            }
            if target.isAbsolute { existing = [root] }
            pending += target.components.reversed()
        }
        let deepest = existing.last ?? root
        return ResolvedPath(
            path: FilePath(root: "/", FilePath(names: deepest.names + missing).components),
            node: missing.isEmpty ? deepest : nil, deepest: deepest, missing: missing)
    }

    /// The existing directories that lead to a path, without the root: the entries which a layer needs for anything it
    /// puts there, with everything as it is in the image, parents first.
    ///
    /// In overlayfs the uppermost layer's directory is the one that shows; a layer which left it to chance would change
    /// the owner, mode and time of `/usr` with each file it adds.
    ///
    /// - Throws: `FileSystemError`.
    public func directoryEntries(leadingTo path: ResolvedPath) throws -> [TarEntry] {
        var names = path.deepest.names
        if path.node != nil || path.deepest.status.kind != .directory { names = names.dropLast() }
        var entries: [TarEntry] = []
        for length in names.indices.map({ $0 + 1 }) {
            guard let node = try literalLookup(Array(names.prefix(length))) else { break }
            entries.append(try node.directoryEntry())
        }
        return entries
    }
}

extension Node {
    /// Its entry in an archive, with everything as it is in the image; not of a socket.
    func entry() throws -> TarEntry {
        let kind: TarEntry.Kind =
            switch status.kind {
            case .regular, .socket: .file
            case .directory: .directory
            case .symbolicLink: .symlink(symlinkTarget ?? "")
            case .characterDevice: .characterDevice(status.specialDevice)
            case .blockDevice: .blockDevice(status.specialDevice)
            case .fifo: .fifo
            }
        return TarEntry(
            path: relativePath, kind: kind, mode: status.mode, uid: status.uid, gid: status.gid,
            size: status.kind == .regular ? Int64(clamping: status.size) : 0, mtime: status.mtime,
            xattrs: try extendedAttributes())
    }

    /// The entry of a directory, with everything as it is in the image.
    func directoryEntry() throws -> TarEntry {
        TarEntry(
            path: relativePath, kind: .directory, mode: status.mode, uid: status.uid, gid: status.gid,
            mtime: status.mtime, xattrs: try extendedAttributes())
    }
}
