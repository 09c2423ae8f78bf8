internal import Archive
internal import FileSystem
internal import SystemPackage

/// Builds the directory of one layer from the entries of its archive, in overlayfs' form: whiteouts as character devices
/// 0:0, opaque directories by an extended attribute.
///
/// Entries are other people's and may be hostile. Every name is opened from its parent's descriptor without following
/// links. Where an earlier entry made a symbolic link and a later one goes through it, the link is resolved as if the
/// layer were the whole file system, so it leads somewhere inside or nowhere. `..` in a path is refused; a later entry of
/// the same path replaces the earlier one, whatever the two are.
///
/// A directory that no entry made but that some entry lies in is *implied*: 0755, root's. Its true attributes are those
/// of the layers below, which are not known here; so it is remembered, and `LayerView` looks further down for them.
final class TreeBuilder {
    /// How many descriptors of the current path are kept open; deeper directories are opened for each entry.
    private static let keptLevels = 100
    /// PATH_MAX: a longer path could not be used in a container anyway.
    private static let longestPath = 4096

    let root: DirectoryHandle
    /// The directories that lead to the last entry.
    private var levels: [(name: FileName, handle: DirectoryHandle)] = []
    /// Paths are kept as bytes: as lists of names, deep ones of a hostile archive take a hundred times as much memory.
    private var directoryTimes: [(path: [UInt8], time: Timestamp)] = []
    private var rootTime: Timestamp?
    private var implied: Set<[UInt8]> = []
    /// How many directories were made that no entry stood for.
    private(set) var impliedCount = 0
    /// Owners that the files themselves cannot have.
    private(set) var owners = SpecialOwners()

    /// Whether names that begin with `.wh.` have the meaning that layers give them.
    private let readsWhiteouts: Bool
    private let whiteoutForm: WhiteoutForm

    /// Prepares to fill `root`, an empty directory.
    init(root: DirectoryHandle, readsWhiteouts: Bool = true) throws(FileSystemError) {
        self.root = root
        whiteoutForm = try WhiteoutForm(in: root)
        self.readsWhiteouts = readsWhiteouts
    }

    /// Adds one entry. `writeContents` fills the new file of an entry that is a regular file.
    func add(_ entry: TarEntry, writeContents: (FileDescriptor) throws -> Void) throws {
        let path = try names(of: entry.path)
        guard let name = path.last else {
            guard entry.kind == .directory else { throw invalid(entry, "takes the place of the root directory") }
            try setAttributes(of: root, entry)
            rootTime = entry.mtime
            return
        }
        let parentPath = path.dropLast()
        if readsWhiteouts, parentPath.contains(where: \.hasWhiteoutPrefix) {
            throw invalid(entry, "lies in a whiteout")
        }
        switch readsWhiteouts ? Whiteout(name) : .none {
        case .none:
            break
        case .reserved:
            return
        case .invalid:
            throw invalid(entry, "is a whiteout of nothing")
        case .opaque:
            let parent = try directory(parentPath, for: entry)
            return try parent.extendedAttributes.set(LayerAttributes.opaque, to: [UInt8(ascii: "y")])
        case .removes(let hidden):
            return try addWhiteout(of: hidden, in: try directory(parentPath, for: entry))
        }
        // Before the parent, since that is what the levels are wanted for next.
        var target: (directory: DirectoryHandle, name: FileName)?
        if case .hardLink(let targetPath) = entry.kind {
            let names = try names(of: targetPath)
            if names == path { return }
            target = try hardLinkTarget(names, of: entry)
        }
        let parent = try directory(parentPath, for: entry)
        switch entry.kind {
        case .directory:
            let made = try makeDirectory(name, in: parent)
            try setAttributes(of: made, entry)
            let bytes = Self.bytes(of: path)
            implied.remove(bytes)
            directoryTimes.append((bytes, entry.mtime))
        case .file:
            try replacing(name, in: parent) { try addFile(entry, name, in: parent, writeContents) }
        case .symlink(let target):
            try replacing(name, in: parent) { try parent.makeSymbolicLink(name, to: target) }
            try setOwner(of: name, in: parent, entry)
            try parent.setTimes(of: name, to: entry.mtime)
        case .hardLink(let targetPath):
            guard let target else { return }
            try replacing(name, in: parent) { try parent.makeHardLink(name, to: target.name, in: target.directory) }
            owners[Self.bytes(of: path)] = owners[Self.bytes(of: try names(of: targetPath))]
        case .fifo:
            try addNode(entry, name, .fifo, .zero, in: parent)
        case .characterDevice(let device):
            try addNode(entry, name, .characterDevice, device, in: parent)
        case .blockDevice(let device):
            try addNode(entry, name, .blockDevice, device, in: parent)
        }
    }

    /// Sets the times of all directories, which every entry in them has changed, and gives the paths of the implied
    /// directories, sorted.
    func finish() throws -> [FilePath] {
        for (bytes, time) in directoryTimes {
            let path = Self.names(of: bytes)
            guard let name = path.last, let parent = try existingDirectory(path.dropLast()),
                try parent.statusIfExists(of: name)?.kind == .directory
            else { continue }
            try parent.setTimes(of: name, to: time)
        }
        if let rootTime { try root.setTimes(rootTime) }
        var result: [FilePath] = []
        for bytes in implied {
            // A later entry may have taken its place.
            guard try existingDirectory(Self.names(of: bytes)[...]) != nil else { continue }
            result.append(FilePath(bytes: bytes))
        }
        return result.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
    }

    /// Notes the owner of an entry that can have no attributes.
    func noteOwner(of entry: TarEntry) {
        guard let path = try? names(of: entry.path) else { return }
        owners[Self.bytes(of: path)] = SpecialOwners.Owner(uid: entry.uid, gid: entry.gid)
    }

    // MARK: Directories on the way

    private static func bytes(of names: some Collection<FileName>) -> [UInt8] {
        var bytes: [UInt8] = []
        for name in names {
            if !bytes.isEmpty { bytes.append(UInt8(ascii: "/")) }
            bytes += name.bytes
        }
        return bytes
    }

    private static func names(of bytes: [UInt8]) -> [FileName] {
        bytes.split(separator: UInt8(ascii: "/")).compactMap { FileName(bytes: $0) }
    }

    private func names(of path: FilePath) throws -> [FileName] {
        guard path.length <= Self.longestPath else {
            throw LayerStoreError(.invalidEntry, "the layer has a path of \(path.length) bytes")
        }
        var names: [FileName] = []
        for component in path.components where component.kind != .currentDirectory {
            guard let name = FileName(component) else {
                throw LayerStoreError(.invalidEntry, "the layer's entry \(path) leads out of the layer")
            }
            names.append(name)
        }
        return names
    }

    /// The directory at `path`, made where it is missing.
    private func directory(_ path: ArraySlice<FileName>, for entry: TarEntry) throws -> DirectoryHandle {
        try walk(path) { parent, name, depth in
            try makeImplied(Self.bytes(of: path.prefix(depth + 1)), name, in: parent, for: entry)
        } ?? root
    }

    /// Makes a directory that no entry has made yet.
    private func makeImplied(
        _ path: [UInt8], _ name: FileName, in parent: DirectoryHandle, for entry: TarEntry
    ) throws -> DirectoryHandle {
        let existing = try parent.statusIfExists(of: name)
        if let existing {
            guard existing.isWhiteout else {
                throw invalid(entry, "lies in \(name), which is no directory of this layer")
            }
            // It was removed below, and something new stands in its place.
            try parent.removeFile(name)
        }
        let isRemovedBelow = try whiteoutForm.removeFile(for: name, in: parent)
        implied.insert(path)
        impliedCount += 1
        directoryTimes.append((path, entry.mtime))
        return try Self.makeNewDirectory(name, in: parent, isOpaque: existing != nil || isRemovedBelow)
    }

    /// The directory at `path`, or nil when there is none.
    private func existingDirectory(_ path: ArraySlice<FileName>) throws -> DirectoryHandle? {
        try walk(path) { _, _, _ in nil }
    }

    /// Goes down `path`, by the descriptors of the last entry's path as far as the two agree. `missing` makes or refuses
    /// what is not there; nil from it ends the walk.
    private func walk(
        _ path: ArraySlice<FileName>, missing: (DirectoryHandle, FileName, Int) throws -> DirectoryHandle?
    ) throws -> DirectoryHandle? {
        var agreeing = 0
        for (level, name) in zip(levels, path) {
            if level.name != name { break }
            agreeing += 1
        }
        levels.removeLast(levels.count - agreeing)
        var current = levels.last?.handle ?? root
        for (depth, name) in path.enumerated().dropFirst(agreeing) {
            if let next = try open(name, in: current, path: path.prefix(depth + 1)) {
                current = next
            } else if let made = try missing(current, name, depth) {
                current = made
            } else {
                return nil
            }
            if levels.count == depth, depth < Self.keptLevels { levels.append((name, current)) }
        }
        return current
    }

    private func open(
        _ name: FileName, in directory: DirectoryHandle, path: ArraySlice<FileName>
    ) throws(FileSystemError) -> DirectoryHandle? {
        do {
            return try directory.openDirectory(name)
        } catch let error where error.code == .noSuchFileOrDirectory {
            return nil
        } catch let error where error.code == .notDirectory || error.code == .tooManySymbolicLinkLevels {
            guard try directory.statusIfExists(of: name)?.kind == .symbolicLink else { return nil }
        }
        do {
            return try root.openDirectoryInRoot(FilePath(names: path))
        } catch let error where error.isNotFound || error.code == .tooManySymbolicLinkLevels {
            return nil
        }
    }

    // MARK: Making entries

    private func makeDirectory(_ name: FileName, in parent: DirectoryHandle) throws -> DirectoryHandle {
        guard let existing = try parent.statusIfExists(of: name) else {
            let isRemovedBelow = try whiteoutForm.removeFile(for: name, in: parent)
            return try Self.makeNewDirectory(name, in: parent, isOpaque: isRemovedBelow)
        }
        if existing.kind == .directory { return try parent.openDirectory(name) }
        try parent.removeFile(name)
        return try Self.makeNewDirectory(name, in: parent, isOpaque: existing.isWhiteout)
    }

    private static func makeNewDirectory(
        _ name: FileName, in parent: DirectoryHandle, isOpaque: Bool
    ) throws -> DirectoryHandle {
        try parent.makeDirectory(name)
        let made = try parent.openDirectory(name)
        // Whatever the umask and a setgid bit of the parent made of it.
        try made.setMode(0o755)
        if isOpaque { try made.extendedAttributes.set(LayerAttributes.opaque, to: [UInt8(ascii: "y")]) }
        return made
    }

    /// A whiteout concerns the layers below only: what this layer has of the same name stays, but as a directory stops
    /// being merged (OCI image specification, layer.md: "Whiteouts").
    private func addWhiteout(of name: FileName, in parent: DirectoryHandle) throws {
        guard let existing = try parent.statusIfExists(of: name) else {
            return try whiteoutForm.make(of: name, in: parent)
        }
        guard existing.kind == .directory else { return }
        try parent.openDirectory(name).extendedAttributes.set(LayerAttributes.opaque, to: [UInt8(ascii: "y")])
    }

    /// Runs `make`, once more after removing what has the name already.
    private func replacing(_ name: FileName, in parent: DirectoryHandle, _ make: () throws -> Void) throws {
        _ = try whiteoutForm.removeFile(for: name, in: parent)
        do {
            try make()
        } catch let error as FileSystemError where error.code == .fileExists {
            try parent.removeTree(name)
            try make()
        }
    }

    private func addFile(
        _ entry: TarEntry, _ name: FileName, in parent: DirectoryHandle,
        _ writeContents: (FileDescriptor) throws -> Void
    ) throws {
        let file = try parent.createFile(name)
        do {
            try writeContents(file)
            try setAttributes(of: file, entry)
        } catch {
            file.closeAfterReading()
            throw error
        }
        try file.close()
    }

    private func addNode(
        _ entry: TarEntry, _ name: FileName, _ kind: FileKind, _ device: DeviceNumber, in parent: DirectoryHandle
    ) throws {
        // As a real device, 0:0 would be a whiteout. And with owners in attributes a device could not have one.
        if kind == .characterDevice && device == .zero || kind != .fifo && root.owners == .attribute {
            return try addStandIn(entry, name, kind, device, in: parent)
        }
        do {
            try replacing(name, in: parent) { try parent.makeNode(name, kind: kind, device: device) }
        } catch let error as FileSystemError where error.code == .notPermitted && kind != .fifo {
            return try addStandIn(entry, name, kind, device, in: parent)
        }
        try setOwner(of: name, in: parent, entry)
        try parent.setMode(of: name, to: entry.mode)
        try parent.setTimes(of: name, to: entry.mtime)
    }

    /// An empty file that says which device it stands for, since a user namespace may not make device nodes.
    private func addStandIn(
        _ entry: TarEntry, _ name: FileName, _ kind: FileKind, _ device: DeviceNumber, in parent: DirectoryHandle
    ) throws {
        try replacing(name, in: parent) {
            try addFile(entry, name, in: parent) { file in
                let value = LayerAttributes.encode(kind, device)
                try ExtendedAttributes(of: file, path: parent.pathOf(name)).set(LayerAttributes.device, to: value)
            }
        }
    }

    private func hardLinkTarget(
        _ path: [FileName], of entry: TarEntry
    ) throws -> (directory: DirectoryHandle, name: FileName) {
        guard let name = path.last, let directory = try existingDirectory(path.dropLast()),
            let status = try directory.statusIfExists(of: name), !status.isWhiteout, status.kind != .directory
        else { throw invalid(entry, "is a hard link to no file of this layer") }
        return (directory, name)
    }

    private func invalid(_ entry: TarEntry, _ what: String) -> LayerStoreError {
        LayerStoreError(.invalidEntry, "the layer's entry \(entry.path) \(what)")
    }
}
