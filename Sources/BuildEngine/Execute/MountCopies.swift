import FileSystem
import LayerStore
import OCI
import Sandbox
import SystemPackage

/// The mounts of a step where not everything can be mounted: stacks of layers are copied, and where nothing can be mounted at
/// all, what mounts hold is put into the copied root itself, at paths whose contents are no part of the layer
/// (``CopiedRoot``).
///
/// Directories of cache mounts are moved there and back. A secret is never written to a disk, so one that is to be a file is
/// refused.
struct MountCopies {
    let layerStore: LayerStore
    /// A directory of the step for what is thrown away after it.
    let scratch: FilePath
    let prepared: PreparedMounts
    /// What was moved, and where it belongs.
    private(set) var moved: [(from: FilePath, to: FilePath)] = []

    init(_ prepared: PreparedMounts, layerStore: LayerStore, scratch: FilePath) {
        self.prepared = prepared
        self.layerStore = layerStore
        self.scratch = scratch
    }

    /// The mounts without overlays: copies of what they would show.
    func withoutOverlays() throws -> [SandboxMount] {
        try prepared.mounts.enumerated().map { index, mount in
            guard case .layers(_, _, let target, let writes) = mount, let name = FileName("copy-\(index)") else {
                return mount
            }
            let directory = try DirectoryHandle(scratch)
            // It is there if another kind of root was refused after it.
            if try directory.statusIfExists(of: name) == nil { try copy(mount, to: name, in: directory) }
            return .bind(source: scratch.appending("copy-\(index)"), target: target, readOnly: writes == nil)
        }
    }

    /// Puts what all mounts hold into a root.
    mutating func put(into root: CopiedRoot) throws {
        for mount in prepared.mounts { try put(mount, into: root) }
    }

    /// Moves back what was moved, once the step has ended.
    func restore() throws {
        for (from, to) in moved {
            guard let name = from.lastComponent.flatMap(FileName.init),
                let other = to.lastComponent.flatMap(FileName.init)
            else { continue }
            try DirectoryHandle(from.removingLastComponent()).rename(
                name, to: other, in: try DirectoryHandle(to.removingLastComponent()))
        }
    }

    private mutating func put(_ mount: SandboxMount, into root: CopiedRoot) throws {
        let target = mount.target.lexicallyNormalized()
        guard let name = target.lastComponent.flatMap(FileName.init) else {
            throw BuildError(.invalidOption, "invalid mount target \"\(target)\"")
        }
        let directory = try DirectoryHandle(root.path).openOrMakeDirectoryInRoot(target.removingLastComponent())
        if try directory.statusIfExists(of: name) != nil { try directory.removeTree(name) }
        switch mount {
        case .file(let bytes, _, let mode, let uid, let gid, _):
            guard !isSecret(target) else {
                throw BuildError(
                    .invalidOption, "the secret for \(target) would have to be written to the disk",
                    help: "nothing can be mounted here: use --mount=type=secret,env=NAME, or allow user namespaces")
            }
            let file = try directory.createFile(name)
            do {
                try file.writeAll(bytes, path: target)
                try file.setOwner(uid: uid, gid: gid, mode: mode, owners: directory.owners, path: target)
            } catch {
                file.closeAfterReading()
                throw error
            }
            try file.close()
        case .tmpfs(_, _, let mode, _):
            try directory.makeDirectory(name)
            try directory.setMode(of: name, to: mode)
        case .bind(let source, _, _, _):
            guard let sourceName = source.lastComponent.flatMap(FileName.init) else { return }
            try DirectoryHandle(source.removingLastComponent()).rename(sourceName, to: name, in: directory)
            moved.append((directory.pathOf(name), source))
        case .layers:
            try copy(mount, to: name, in: directory)
        }
    }

    private func isSecret(_ target: FilePath) -> Bool {
        prepared.resolved.contains { mount in
            guard case .secret(_, let path, true, _, _, _, _, _) = mount else { return false }
            return FilePath(path).lexicallyNormalized() == target
        }
    }

    private func copy(_ mount: SandboxMount, to name: FileName, in directory: DirectoryHandle) throws {
        let resolved = prepared.resolved.first { candidate in
            guard case .layers(_, _, let target, _, _) = candidate else { return false }
            return FilePath(target) == mount.target
        }
        guard case .layers(let layers, let path, _, _, _)? = resolved else { return }
        let view = try LayerView(layers: layers, store: layerStore)
        try view.copy(FilePath(path), to: name, in: directory)
    }
}
