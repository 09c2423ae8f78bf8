internal import Archive
internal import FileSystem
internal import Glibc
internal import SystemPackage

/// The canonical order of a layer's entries, which is that of `TreeArchiver`: an archive made from entries and one made
/// from the directory they unpack to are the same bytes.
enum EntryOrder {
    private static let slash = UInt8(ascii: "/")
    private static let opaqueName = Whiteout.opaqueName.bytes

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
        for index in entries.indices {
            let path = try check(entries[index].entry)
            settle(&entries[index].entry, path, epoch: epoch)
            keys.append(Key(bytes: key(path, entries[index].entry.kind), index: index))
        }
        keys.sort { precedes($0.bytes, $1.bytes) }
        try checkPlaces(keys, entries)
        try settleHardLinks(&entries, order: keys.map(\.index))
        return keys.map { entries[$0.index] }
    }

    private static func precedes(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        let order = unsafe left.withUnsafeBytes { left in
            unsafe right.withUnsafeBytes { right in
                guard let first = left.baseAddress, let second = right.baseAddress else { return Int32(0) }
                return unsafe memcmp(first, second, min(left.count, right.count))
            }
        }
        return order == 0 ? left.count < right.count : order < 0
    }

    /// The bytes of the path of an entry that may be in a layer.
    private static func check(_ entry: TarEntry) throws -> [UInt8] {
        let path = entry.path.bytes
        guard isRelativePath(path) else {
            throw LayerStoreError(.invalidEntry, "a layer cannot have an entry called \"\(entry.path)\"")
        }
        guard path.last != UInt8(ascii: "/"), entry.size >= 0, entry.mode <= 0o7777 else {
            throw LayerStoreError(.invalidEntry, "the layer's entry \(entry.path) is malformed")
        }
        return path
    }

    /// Whether the path is made of names, none of which leads upwards.
    private static func isRelativePath(_ path: [UInt8]) -> Bool {
        let dot = UInt8(ascii: ".")
        var start = 0
        while start < path.count {
            let end = path[start...].firstIndex(of: slash) ?? path.count
            let isDots = end - start <= 2 && path[start..<end].allSatisfy { $0 == dot }
            if isDots { return false }
            start = end + 1
        }
        return !path.isEmpty
    }

    private static func settle(_ entry: inout TarEntry, _ path: [UInt8], epoch: Timestamp?) {
        entry.mtime = entry.mtime.settled(epoch: epoch)
        if !entry.xattrs.isEmpty { entry.xattrs.removeAll { !LayerAttributes.isKept($0.name) } }
        let name = path.lastIndex(of: slash).map { path[($0 + 1)...] } ?? path[...]
        guard name.starts(with: Whiteout.prefix) else { return }
        // As TreeArchiver writes them.
        entry = TarEntry(path: entry.path, kind: .file, mode: 0o600, mtime: .unixEpoch)
    }

    private static func key(_ path: [UInt8], _ kind: TarEntry.Kind) -> [UInt8] {
        if kind == .directory { return path + [UInt8(ascii: "/")] }
        // Right after "directory/", and before all that begins with it.
        if path.suffix(opaqueName.count) == opaqueName[...] { return path.dropLast(opaqueName.count) + [0] }
        return path
    }

    /// Checks that every entry lies in a directory that is there too, and that no path occurs twice.
    ///
    /// In the order a directory comes right before all that is in it, so a stack of those around a place is enough.
    private static func checkPlaces(_ keys: [Key], _ entries: [LayerEntry]) throws {
        var around: [[UInt8]] = []
        var previous: [UInt8] = []
        for (place, key) in keys.enumerated() {
            let path = entries[key.index].entry.path
            let isDirectory = key.bytes.last == slash
            let isTwice = key.bytes == previous || isDirectory && contains(key.bytes.dropLast(), in: keys[..<place])
            guard !isTwice else {
                throw LayerStoreError(.invalidEntry, "the path \(path) occurs twice in a layer")
            }
            while let last = around.last, !key.bytes.starts(with: last) { around.removeLast() }
            let end = (isDirectory ? key.bytes.dropLast() : key.bytes[...]).lastIndex(of: slash).map { $0 + 1 } ?? 0
            guard (around.last?.count ?? 0) == end else {
                throw LayerStoreError(
                    .invalidEntry, "the layer has \(path) but no entry for the directory it is in")
            }
            if isDirectory { around.append(key.bytes) }
            previous = key.bytes
        }
    }

    /// Whether one of the keys, which are in order, is `bytes`.
    private static func contains(_ bytes: ArraySlice<UInt8>, in keys: ArraySlice<Key>) -> Bool {
        var (low, high) = (keys.startIndex, keys.endIndex)
        while low < high {
            let middle = (low + high) / 2
            if keys[middle].bytes.lexicographicallyPrecedes(bytes) { low = middle + 1 } else { high = middle }
        }
        return low < keys.endIndex && keys[low].bytes == Array(bytes)
    }

    /// Makes the first entry in order the file, and the others links to it.
    private static func settleHardLinks(_ entries: inout [LayerEntry], order: [Int]) throws {
        let hasLinks = entries.contains { if case .hardLink = $0.entry.kind { true } else { false } }
        guard hasLinks else { return }
        let paths = Dictionary(uniqueKeysWithValues: entries.indices.map { (entries[$0].entry.path.bytes, $0) })
        var groups: [Int: [Int]] = [:]
        for index in order {
            guard case .hardLink(let target) = entries[index].entry.kind else { continue }
            guard let file = paths[target.bytes], Self.canBeLinked(entries[file].entry.kind) else {
                throw LayerStoreError(
                    .invalidEntry, "\(entries[index].entry.path) is a hard link to no file of the layer")
            }
            groups[file, default: []].append(index)
        }
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
