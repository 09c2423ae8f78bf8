internal import Archive
internal import FileSystem
internal import SystemPackage

/// Writes the directory of one layer, which is in overlayfs' form, as the layer's canonical archive.
///
/// Entries come in the order of `TreeWalk`, so sorted by the bytes of their paths and parents first, whiteouts by their
/// `.wh.` names; only the marker of an opaque directory comes before everything else in it, so that a reader which
/// applies it at once removes nothing of this layer. A whiteout is an empty file 0600 of root's from 1970: what overlayfs
/// leaves tells nothing true about it. Sockets are no part of an image. The root directory is none either: an upperdir
/// has one that nobody made.
///
/// Hard links are kept within the layer: the first name in this order is the file. When a step changes one name of a file
/// that has several in the layers below, overlayfs copies up that name alone, and the link is broken in the image as it
/// was in the container.
struct TreeArchiver {
    /// What is done to the tree on the way.
    enum Change {
        /// Nothing: the tree is a layer already.
        case none
        /// The tree is made ready to be a layer: sockets are removed, times later than the epoch become the epoch and
        /// earlier ones lose what an archive does not hold. Without an epoch, times stay.
        case settle(epoch: Timestamp?)
    }

    private struct Inode: Hashable {
        var device: UInt64
        var number: UInt64
    }

    /// A directory that is being visited, and the time it is to have afterwards.
    private struct SettledDirectory {
        var time: Timestamp
        var needsSetting: Bool
    }

    let writer: TarWriter
    var change = Change.none
    /// Only for a tree that is to be settled: the layers below, which tell whether a whiteout or an opaque directory hides anything.
    var below: LayerView?
    /// Owners that are noted beside the tree.
    var owners = SpecialOwners()
    /// Asked before each entry; throws to stop.
    var checkpoint: () throws -> Void = {}

    /// Writes all entries below `top`, but not the end of the archive. Returns their number.
    func write(_ top: DirectoryHandle) throws -> Int {
        var count = 0
        var firstNames: [Inode: FilePath] = [:]
        var settledDirectories: [SettledDirectory] = []
        let form = try WhiteoutForm(in: top)
        let walk = TreeWalk(top) { directory, entry in
            guard entry.kind == .characterDevice || entry.kind == nil else { return entry.name }
            guard try directory.status(of: entry.name).isWhiteout else { return entry.name }
            return entry.name.whiteout ?? entry.name
        }
        try walk.run { item in
            try checkpoint()
            if let hidden = form.hiddenName(by: item.name, item.status) {
                let path = item.path.removingLastComponent().appending(hidden.component.components)
                guard try hidesSomething(path) else {
                    try remove(item, &settledDirectories)
                    return .skip
                }
                try writer.write(try whiteout(of: hidden, in: item))
                count += 1
                return .skip
            }
            guard !item.name.hasWhiteoutPrefix else {
                throw LayerStoreError(
                    .unrepresentable, "no layer can hold \(item.path): names that begin with .wh. mean removed files")
            }
            var time = item.status.mtime
            if case .settle(let epoch?) = change { time = time.settled(epoch: epoch) }
            switch item.status.kind {
            case .socket:
                if case .settle = change { try remove(item, &settledDirectories) }
                return .skip
            case .directory:
                try writer.write(try entry(item, .directory, time, attributes: attributes(of: item)))
                count += 1
                if try isOpaque(item) {
                    try writer.write(marker(path: item.path.appending(Whiteout.opaqueName.component.components)))
                    count += 1
                }
                settledDirectories.append(SettledDirectory(time: time, needsSetting: time != item.status.mtime))
                return .descend
            default:
                if item.status.linkCount > 1 {
                    let inode = Inode(device: item.status.device, number: item.status.inode)
                    if let first = firstNames[inode] {
                        try writer.write(try entry(item, .hardLink(first), time))
                        count += 1
                        return .skip
                    }
                    firstNames[inode] = item.path
                }
                try writeFile(item, time)
                count += 1
                if time != item.status.mtime { try item.directory.setTimes(of: item.name, to: time) }
                return .skip
            }
        } leave: { item in
            // Last, for removing something inside has set it anew.
            let settled = settledDirectories.removeLast()
            if settled.needsSetting { try item.directory.setTimes(of: item.name, to: settled.time) }
        }
        return count
    }

    /// Removes what is no part of the layer.
    private func remove(_ item: TreeWalk.Entry, _ directories: inout [SettledDirectory]) throws {
        try item.directory.removeFile(item.name)
        if !directories.isEmpty { directories[directories.count - 1].needsSetting = true }
    }

    private func writeFile(_ item: TreeWalk.Entry, _ time: Timestamp) throws {
        switch item.status.kind {
        case .regular:
            try item.directory.withFile(item.name) { file in
                let attributes = ExtendedAttributes(of: file, path: item.directory.pathOf(item.name))
                if item.status.size == 0, let device = try attributes.get(LayerAttributes.device),
                    let (kind, number) = LayerAttributes.decode(device)
                {
                    let kind: TarEntry.Kind = kind == .blockDevice ? .blockDevice(number) : .characterDevice(number)
                    return try writer.write(try entry(item, kind, time))
                }
                var entry = try entry(item, .file, time, attributes: attributes.all(where: LayerAttributes.isKept))
                guard let size = Int64(exactly: item.status.size) else {
                    throw LayerStoreError(.unrepresentable, "\(item.path) is too large for an archive")
                }
                entry.size = size
                try writer.write(entry, contentsOf: file)
            }
        case .symbolicLink:
            try writer.write(try entry(item, .symlink(item.directory.readLink(item.name)), time))
        case .characterDevice:
            try writer.write(try entry(item, .characterDevice(item.status.specialDevice), time))
        case .blockDevice:
            try writer.write(try entry(item, .blockDevice(item.status.specialDevice), time))
        case .fifo, .directory, .socket:
            try writer.write(try entry(item, .fifo, time))
        }
    }

    private func entry(
        _ item: TreeWalk.Entry, _ kind: TarEntry.Kind, _ time: Timestamp, attributes: [ExtendedAttribute] = []
    ) throws -> TarEntry {
        let status = owners.status(item.status, at: item.pathBytes)
        return TarEntry(
            path: item.path, kind: kind, mode: status.mode, uid: status.uid, gid: status.gid, mtime: time,
            xattrs: attributes)
    }

    private func attributes(of item: TreeWalk.Entry) throws -> [ExtendedAttribute] {
        try item.directory.extendedAttributes(of: item.name).all(where: LayerAttributes.isKept)
    }

    private func whiteout(of hidden: FileName, in item: TreeWalk.Entry) throws -> TarEntry {
        guard let name = hidden.whiteout else {
            throw LayerStoreError(.unrepresentable, "the name of \(item.path) is too long to be removed in a layer")
        }
        return marker(path: item.path.removingLastComponent().appending(name.component.components))
    }

    private func marker(path: FilePath) -> TarEntry {
        TarEntry(path: path, kind: .file, mode: 0o600, mtime: .unixEpoch)
    }

    /// Whether a directory hides what is below it. overlayfs also marks every directory that it makes anew, to save
    /// look-ups; where there is nothing to hide, the mark goes, so that the layer is what docker's would be.
    private func isOpaque(_ item: TreeWalk.Entry) throws -> Bool {
        let attributes = item.directory.extendedAttributes(of: item.name)
        guard try attributes.get(LayerAttributes.opaque) == [UInt8(ascii: "y")] else { return false }
        if try nodeBelow(item.path)?.status.kind == .directory || below == nil { return true }
        try attributes.remove(LayerAttributes.opaque)
        return false
    }

    /// Whether a whiteout removes anything of the image. One of a stub for a mount does not.
    private func hidesSomething(_ path: FilePath) throws -> Bool {
        try below == nil || nodeBelow(path) != nil
    }

    /// What the layers below have at a path.
    private func nodeBelow(_ path: FilePath) throws -> Node? {
        try below?.literalLookup(path.components.compactMap(FileName.init))
    }
}

extension Timestamp {
    /// The time as a layer's archive holds it: not after the epoch, not before 1970, in whole seconds.
    func settled(epoch: Timestamp?) -> Timestamp {
        max(min(self, epoch ?? self).wholeSeconds, .unixEpoch)
    }
}
