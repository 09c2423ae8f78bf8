import Archive
import FileSystem
import SystemPackage

extension SourceNode {
    /// What it is in an archive. A socket, which no archive can hold, becomes an empty file.
    var tarKind: TarEntry.Kind {
        switch status.kind {
        case .regular, .socket: .file
        case .directory: .directory
        case .symbolicLink: .symlink(linkTarget ?? FilePath(""))
        case .characterDevice: .characterDevice(status.specialDevice)
        case .blockDevice: .blockDevice(status.specialDevice)
        case .fifo: .fifo
        }
    }

    /// Its entry in an archive, at a path relative to the root.
    func tarEntry(at path: FilePath) -> TarEntry {
        TarEntry(
            path: path, kind: tarKind, mode: status.mode, uid: status.uid, gid: status.gid,
            size: isRegularFile ? Int64(status.size) : 0, mtime: status.mtime, xattrs: xattrs)
    }
}
