internal import Archive
internal import FileSystem
internal import SystemPackage

/// The canonical order of a layer's entries, which is that of `TreeArchiver`: an archive made from entries and one made
/// from the directory they unpack to are the same bytes.
enum EntryOrder {
    private struct Key {
        /// The path, ending in a slash for a directory. An opaque marker counts as the directory's first entry.
        var bytes: [UInt8]
        var index: Int
    }

    /// Checks the entries, sorts them, settles their times and which of several hard links is the file.
    ///
    /// - Throws: `LayerStoreError.invalidEntry`.
    static func canonical(_ entries: [LayerEntry], epoch: Timestamp?) throws -> [LayerEntry] {
        var entries = entries
        var keys: [Key] = []
        keys.reserveCapacity(entries.count)
        var paths: [[UInt8]: Int] = [:]
        paths.reserveCapacity(entries.count)
        for index in entries.indices {
            let path = try check(entries[index].entry)
            guard paths.updateValue(index, forKey: path) == nil else {
                throw LayerStoreError(.invalidEntry, "the path \(entries[index].entry.path) occurs twice in a layer")
            }
            settle(&entries[index].entry, epoch: epoch)
            keys.append(Key(bytes: key(path, entries[index].entry.kind), index: index))
        }
        for (path, index) in paths {
            try checkParent(of: path, index: index, entries: entries, paths: paths)
        }
        keys.sort { $0.bytes.lexicographicallyPrecedes($1.bytes) }
        try settleHardLinks(&entries, order: keys.map(\.index), paths: paths)
        return keys.map { entries[$0.index] }
    }

    /// The bytes of the path of an entry that may be in a layer.
    private static func check(_ entry: TarEntry) throws -> [UInt8] {
        let names = entry.path.components.map(FileName.init)
        guard !names.isEmpty, !entry.path.isAbsolute, !names.contains(nil) else {
            throw LayerStoreError(.invalidEntry, "a layer cannot have an entry called \"\(entry.path)\"")
        }
        let path = entry.path.bytes
        guard path.last != UInt8(ascii: "/"), entry.size >= 0, entry.mode <= 0o7777 else {
            throw LayerStoreError(.invalidEntry, "the layer's entry \(entry.path) is malformed")
        }
        return path
    }

    private static func settle(_ entry: inout TarEntry, epoch: Timestamp?) {
        entry.mtime = entry.mtime.settled(epoch: epoch)
        entry.xattrs.removeAll { !LayerAttributes.isKept($0.name) }
        let isMarker = entry.path.lastComponent.flatMap(FileName.init)?.hasWhiteoutPrefix == true
        guard isMarker else { return }
        // As TreeArchiver writes them.
        entry = TarEntry(path: entry.path, kind: .file, mode: 0o600, mtime: .unixEpoch)
    }

    private static func key(_ path: [UInt8], _ kind: TarEntry.Kind) -> [UInt8] {
        if kind == .directory { return path + [UInt8(ascii: "/")] }
        let opaque = Whiteout.opaqueName.bytes
        // Right after "directory/", and before all that begins with it.
        if path.suffix(opaque.count) == opaque[...] { return path.dropLast(opaque.count) + [0] }
        return path
    }

    private static func checkParent(
        of path: [UInt8], index: Int, entries: [LayerEntry], paths: [[UInt8]: Int]
    ) throws {
        guard let slash = path.lastIndex(of: UInt8(ascii: "/")) else { return }
        guard let parent = paths[Array(path[..<slash])], entries[parent].entry.kind == .directory else {
            throw LayerStoreError(
                .invalidEntry, "the layer has \(entries[index].entry.path) but no entry for the directory it is in")
        }
    }

    /// Makes the first entry in order the file, and the others links to it.
    private static func settleHardLinks(
        _ entries: inout [LayerEntry], order: [Int], paths: [[UInt8]: Int]
    ) throws {
        var groups: [Int: [Int]] = [:]
        for index in order {
            guard case .hardLink(let target) = entries[index].entry.kind else { continue }
            guard let file = paths[target.bytes], Self.canBeLinked(entries[file].entry.kind) else {
                throw LayerStoreError(
                    .invalidEntry, "\(entries[index].entry.path) is a hard link to no file of the layer")
            }
            groups[file, default: []].append(index)
        }
        if groups.isEmpty { return }
        var position = [Int](repeating: 0, count: entries.count)
        for (place, index) in order.enumerated() { position[index] = place }
        for (file, links) in groups {
            let names = ([file] + links).sorted { position[$0] < position[$1] }
            guard let first = names.first else { continue }
            let original = entries[file]
            for name in names {
                let path = entries[name].entry.path
                entries[name] = original
                entries[name].entry.path = path
                guard name != first else { continue }
                entries[name].entry.kind = .hardLink(entries[first].entry.path)
                entries[name].entry.size = 0
                entries[name].entry.xattrs = []
                entries[name].source = .none
            }
        }
    }

    private static func canBeLinked(_ kind: TarEntry.Kind) -> Bool {
        switch kind {
        case .directory, .hardLink: false
        default: true
        }
    }
}
