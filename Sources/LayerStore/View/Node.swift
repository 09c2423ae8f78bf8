public import FileSystem
public import SystemPackage

/// A file, directory or anything else at one path of an image.
///
/// It keeps open the directories it lies in, and nothing else.
public struct Node: Sendable {
    /// What it is. The status of a directory is that of the uppermost layer which has it as an entry. A stand-in for a
    /// device node counts as the device.
    public let status: FileStatus
    /// What the symbolic link says; nil for anything else.
    public let symlinkTarget: FilePath?

    /// Its last name; for the root, which has none, any.
    let name: FileName
    /// The directory it is in and the part of that which has it; nil for the root.
    private let place: (parent: MergedDirectory, part: Int)?
    private let root: MergedDirectory?

    /// The root of a stack.
    init(root: MergedDirectory, status: FileStatus) {
        self.root = root
        self.status = status
        name = "root"
        place = nil
        symlinkTarget = nil
    }

    init(directory name: FileName, in parent: MergedDirectory, part: Int, status: FileStatus) {
        self.name = name
        self.status = status
        place = (parent, part)
        root = nil
        symlinkTarget = nil
    }

    init(file name: FileName, in parent: MergedDirectory, part: Int, status: FileStatus) throws {
        let directory = parent.parts[part].handle
        let owners = parent.stack.owners[parent.parts[part].layer]
        var status = owners.status(status, at: FilePath(names: parent.names + [name]).bytes)
        if status.kind == .regular, status.size == 0,
            let value = try directory.extendedAttributes(of: name).get(LayerAttributes.device),
            let (kind, device) = LayerAttributes.decode(value)
        {
            status.kind = kind
            status.specialDevice = device
        }
        self.name = name
        self.status = status
        place = (parent, part)
        root = nil
        symlinkTarget = status.kind == .symbolicLink ? try directory.readLink(name) : nil
    }

    /// The names that lead here from the root, no symbolic link among them but perhaps the last.
    var names: [FileName] {
        guard let place else { return [] }
        return place.parent.names + [name]
    }

    /// The absolute path in the image: no `..`, no symbolic link but perhaps the last component.
    public var path: FilePath { FilePath(root: "/", FilePath(names: names).components) }

    /// The bytes of `path`, for walks that look at the paths of all files: to make a `FilePath` takes ten times as long.
    public var pathBytes: [UInt8] {
        var bytes: [UInt8] = []
        for name in names {
            bytes.append(UInt8(ascii: "/"))
            name.append(to: &bytes)
        }
        return bytes.isEmpty ? [UInt8(ascii: "/")] : bytes
    }

    /// The path relative to the image's root, as a tar entry has it; empty for the root.
    public var relativePath: FilePath { FilePath(names: names) }

    /// Where the file is on this machine; nil for the root of an empty stack. For a directory, its uppermost part.
    public var hostPath: FilePath? {
        guard let place else { return root?.parts.first?.handle.path }
        return place.parent.parts[place.part].handle.pathOf(name)
    }

    /// Which layer of the stack has it, 0 for the lowest; nil for the root. Of a directory, the uppermost that has it.
    public var layerIndex: Int? { place.map { $0.parent.parts[$0.part].layer } }

    /// Opens the regular file for reading; the caller closes it.
    ///
    /// - Throws: `LayerStoreError.wrongKind` for anything but a regular file; `FileSystemError`.
    public func open() throws -> FileDescriptor {
        guard status.kind == .regular, let place else {
            throw LayerStoreError(.wrongKind, "\(path) is no regular file")
        }
        return try place.parent.parts[place.part].handle.openFile(name)
    }

    /// Where a layer made of this file takes its bytes from; `none` for anything but a regular file.
    public var source: LayerEntry.Source {
        guard status.kind == .regular, let place else { return .none }
        return .file(directory: place.parent.parts[place.part].handle, path: name.component)
    }

    /// The extended attributes that belong to the image, sorted by name.
    public func extendedAttributes() throws -> [ExtendedAttribute] {
        guard status.kind == .regular || status.kind == .directory else { return [] }
        guard let place else {
            return try root?.parts.first?.handle.extendedAttributes.all(where: LayerAttributes.isKept) ?? []
        }
        return try place.parent.parts[place.part].handle.extendedAttributes(of: name).all(where: LayerAttributes.isKept)
    }

    /// Opens the directory in all layers that have it; nil for anything else.
    func directory() throws -> MergedDirectory? {
        guard status.kind == .directory else { return nil }
        guard let place else { return root }
        return try place.parent.directory(name, from: place.part)
    }
}
