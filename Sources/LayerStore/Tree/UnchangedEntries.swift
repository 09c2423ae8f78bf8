internal import FileSystem
internal import SystemPackage

/// Removes from an upperdir what is as it was in the layers below.
///
/// overlayfs copies a file up when it is opened for writing, and a directory when anything in it changes for a while. BuildKit
/// leaves both out of a layer where nothing came of it, and so a step that only touched a lock file makes an empty layer. Of a
/// directory the time does not count: it is set by whatever comes and goes.
struct UnchangedEntries {
    /// Deeper directories are left as they are.
    private static let depthLimit = 200

    let below: LayerView
    var checkpoint: () throws -> Void = {}

    /// Removes them below `tree`, whose other directories keep their times.
    func remove(from tree: DirectoryHandle) throws {
        guard let lower = try below.root.directory() else { return }
        _ = try removeAll(from: tree, lower, depth: 0)
    }

    /// Returns whether the directory is empty now.
    private func removeAll(from directory: DirectoryHandle, _ lower: MergedDirectory, depth: Int) throws -> Bool {
        try checkpoint()
        let time = try directory.status().mtime
        var left = 0
        var hasChanged = false
        for entry in try directory.entries() {
            if try isUnchanged(entry.name, in: directory, lower, depth: depth) {
                hasChanged = true
            } else {
                left += 1
            }
        }
        if hasChanged { try directory.setTimes(time) }
        return left == 0
    }

    /// Removes an entry if it is unchanged, and says so.
    private func isUnchanged(
        _ name: FileName, in directory: DirectoryHandle, _ lower: MergedDirectory, depth: Int
    ) throws -> Bool {
        let status = try directory.status(of: name)
        guard status.kind == .directory || status.mtime == status.mtime.wholeSeconds else {
            // Made just now: what is copied up has the time that a layer gave it.
            return false
        }
        guard !status.isWhiteout, let node = try lower.child(name), node.status.kind == status.kind else {
            return false
        }
        let isSame =
            switch status.kind {
            case .directory: try isSameDirectory(name, in: directory, node, depth: depth)
            case .regular: try hasSameTime(status, node) && hasSameContents(name, in: directory, status, node)
            case .symbolicLink: try hasSameTime(status, node) && directory.readLink(name) == node.symlinkTarget
            case .fifo: hasSameTime(status, node)
            case .characterDevice, .blockDevice, .socket: false
            }
        guard isSame, hasSameOwner(status, node),
            try directory.extendedAttributes(of: name).all(where: LayerAttributes.isKept) == node.extendedAttributes()
        else { return false }
        if status.kind == .directory { try directory.removeDirectory(name) } else { try directory.removeFile(name) }
        return true
    }

    private func hasSameOwner(_ status: FileStatus, _ node: Node) -> Bool {
        (status.mode, status.uid, status.gid) == (node.status.mode, node.status.uid, node.status.gid)
    }

    private func hasSameTime(_ status: FileStatus, _ node: Node) -> Bool { status.mtime == node.status.mtime }

    /// Whether nothing is left in a directory that is merged with the one below.
    private func isSameDirectory(
        _ name: FileName, in directory: DirectoryHandle, _ node: Node, depth: Int
    ) throws -> Bool {
        guard depth < Self.depthLimit, let lower = try node.directory() else { return false }
        let child = try directory.openDirectory(name)
        guard try child.extendedAttributes.get(LayerAttributes.opaque) != [UInt8(ascii: "y")] else { return false }
        return try removeAll(from: child, lower, depth: depth + 1)
    }

    private func hasSameContents(
        _ name: FileName, in directory: DirectoryHandle, _ status: FileStatus, _ node: Node
    ) throws -> Bool {
        guard status.size == node.status.size else { return false }
        if status.size == 0 { return true }
        let other = try node.open()
        defer { other.closeAfterReading() }
        return try directory.withFile(name) { try Self.areEqual($0, other) }
    }

    private static func areEqual(_ one: FileDescriptor, _ other: FileDescriptor) throws -> Bool {
        var (left, right) = ([UInt8](repeating: 0, count: 64 << 10), [UInt8](repeating: 0, count: 64 << 10))
        while true {
            let count = try unsafe left.withUnsafeMutableBytes { try unsafe one.read(into: $0) }
            if count == 0 { return try unsafe right.withUnsafeMutableBytes { try unsafe other.read(into: $0) } == 0 }
            var filled = 0
            while filled < count {
                let next = try unsafe right.withUnsafeMutableBytes { buffer in
                    try unsafe other.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[filled..<count]))
                }
                if next == 0 { return false }
                filled += next
            }
            guard left[..<count] == right[..<count] else { return false }
        }
    }
}
