internal import Archive
internal import FileSystem
internal import SystemPackage

/// How the directory of a layer says that a name of the layers below is removed.
///
/// Where no kernel would mount an overlay over it, and no node 0:0 can be made either, since the directory itself lies on an
/// overlay, the form is that of a layer's archive. fuse-overlayfs reads both.
enum WhiteoutForm: Sendable {
    /// A character device 0:0 of the name, which is overlayfs' own form.
    case device
    /// An empty file `.wh.NAME`.
    case file

    /// The form that the file system of a directory asks for.
    init(in directory: DirectoryHandle) throws(FileSystemError) {
        self = try directory.isOnOverlay() ? .file : .device
    }

    /// Makes a whiteout of a name that is not there.
    func make(of name: FileName, in parent: DirectoryHandle) throws {
        switch self {
        case .device: try parent.makeNode(name, kind: .characterDevice, mode: 0)
        case .file:
            guard let file = name.whiteout else {
                throw LayerStoreError(
                    .unrepresentable, "the name of \(parent.pathOf(name)) is too long to be removed in a layer")
            }
            if try parent.statusIfExists(of: file) == nil { try parent.createFile(file).close() }
        }
    }

    /// Removes the file that stands for the whiteout of a name; a device is no concern of this.
    ///
    /// - Returns: whether there was one.
    func removeFile(for name: FileName, in parent: DirectoryHandle) throws -> Bool {
        guard try hides(name, in: parent), let file = name.whiteout else { return false }
        try parent.removeFile(file)
        return true
    }

    /// Whether a file says that the name, which is not there, is removed.
    func hides(_ name: FileName, in parent: DirectoryHandle) throws(FileSystemError) -> Bool {
        guard self == .file, let file = name.whiteout else { return false }
        return try parent.statusIfExists(of: file) != nil
    }

    /// The name that an entry removes; nil if it is no whiteout.
    func hiddenName(by name: FileName, _ status: FileStatus) -> FileName? {
        if status.isWhiteout { return name }
        guard self == .file, status.kind == .regular, case .removes(let hidden) = Whiteout(name) else { return nil }
        return hidden
    }
}
