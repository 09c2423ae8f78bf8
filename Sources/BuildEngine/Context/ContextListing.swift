import FileSystem
import OCI
import SystemPackage

/// Names and metadata of everything in a context, in the order of `TreeWalk`: a directory, then what is in it.
///
/// All paths lie in one array, and an entry knows where its subtree ends: a dictionary of paths took four times as long to
/// fill, and most builds only want ``fingerprint``.
struct ContextListing: Sendable {
    private struct Entry {
        var status: FileStatus
        /// Where the path begins in `paths`, and the name in the path.
        var path: Int
        var name: Int
        var pathEnd: Int
        /// The index after the last entry below this one.
        var end: Int
    }

    private var entries: [Entry]
    private var paths: [UInt8] = []
    /// The directories that the next entry may lie in.
    private var open: [Int] = [0]
    /// The latest modification of a regular file, if there is one.
    private(set) var newestModification: Timestamp?
    /// The latest change of anything.
    private var newestChange: Timestamp

    /// A listing of a directory that nothing has been found in yet. `status` is the directory's own.
    init(root status: FileStatus) {
        entries = [Entry(status: status, path: 0, name: 0, pathEnd: 0, end: 1)]
        newestChange = max(status.mtime, status.ctime)
    }

    /// Adds what comes next in the walk. Every directory on the way to it is there already.
    mutating func append(_ path: [UInt8], _ status: FileStatus) {
        while let last = open.last, last != 0, !isBelow(last, path) { open.removeLast() }
        let parent = entries[open.last ?? 0]
        let parentLength = parent.pathEnd - parent.path
        let index = entries.count
        entries.append(
            Entry(
                status: status, path: paths.count, name: paths.count + (parentLength == 0 ? 0 : parentLength + 1),
                pathEnd: paths.count + path.count, end: index + 1))
        paths += path
        for directory in open { entries[directory].end = index + 1 }
        if status.kind == .directory { open.append(index) }
        if status.kind == .regular { newestModification = max(newestModification ?? status.mtime, status.mtime) }
        newestChange = max(newestChange, max(status.mtime, status.ctime))
    }

    private func isBelow(_ directory: Int, _ path: [UInt8]) -> Bool {
        let bytes = pathBytes(at: directory)
        return path.count > bytes.count && path[bytes.count] == UInt8(ascii: "/") && path.starts(with: bytes)
    }

    // MARK: - Asking

    /// How many entries there are, the directory itself included.
    var count: Int { entries.count }

    /// What stands at an index; 0 is the directory itself.
    func status(at index: Int) -> FileStatus { entries[index].status }

    /// The path from the directory.
    func path(at index: Int) -> FilePath { FilePath(bytes: pathBytes(at: index)) }

    /// The last name of the path; the directory itself has none.
    func name(at index: Int) -> FilePath.Component? {
        FilePath(bytes: paths[entries[index].name..<entries[index].pathEnd]).lastComponent
    }

    /// The entry at an absolute path.
    func index(of path: FilePath) -> Int? {
        var index = 0
        for component in path.components {
            let name = FilePath(root: nil, [component]).bytes
            guard let child = children(of: index).first(where: { nameBytes(at: $0).elementsEqual(name) }) else {
                return nil
            }
            index = child
        }
        return index
    }

    /// What is in a directory, in the order of the walk.
    func children(of index: Int) -> some Sequence<Int> {
        let end = entries[index].end
        return sequence(state: index + 1) { next -> Int? in
            guard next < end else { return nil }
            defer { next = entries[next].end }
            return next
        }
    }

    /// What is in a directory, in the order of the names' bytes.
    func sortedChildren(of index: Int) -> [Int] {
        // The walk compares directories with a slash at their end, which rarely makes a difference.
        Array(children(of: index)).sorted { nameBytes(at: $0).lexicographicallyPrecedes(nameBytes(at: $1)) }
    }

    private func pathBytes(at index: Int) -> ArraySlice<UInt8> { paths[entries[index].path..<entries[index].pathEnd] }
    private func nameBytes(at index: Int) -> ArraySlice<UInt8> { paths[entries[index].name..<entries[index].pathEnd] }

    // MARK: - Comparing

    /// A digest of all that tells one state of the context from another without reading a file: names, kinds, modes, sizes,
    /// times, inodes. The change time cannot be set, so that no change of a file, its attributes or links goes unseen.
    func fingerprint() -> Digest {
        var hasher = KeyHasher("context/1")
        hasher.add(paths)
        for entry in entries {
            let status = entry.status
            hasher.add(entry.pathEnd)
            hasher.add(entry.end)
            hasher.add(status.kind.rawValue)
            hasher.add(status.mode)
            hasher.add(status.size)
            hasher.add(status.mtime.seconds)
            hasher.add(status.mtime.nanoseconds)
            hasher.add(status.ctime.seconds)
            hasher.add(status.ctime.nanoseconds)
            hasher.add(status.inode)
            hasher.add(status.device)
            hasher.add(status.linkCount)
        }
        return hasher.finish()
    }

    /// Whether everything had been left alone for a while when the walk began: what changes within one tick of the
    /// kernel's clock, up to 10 ms, keeps its times.
    func isSettled(at time: Timestamp) -> Bool {
        let margin: Int32 = 100_000_000
        var limit = time
        limit.nanoseconds -= margin
        if limit.nanoseconds < 0 {
            limit.seconds -= 1
            limit.nanoseconds += 1_000_000_000
        }
        return newestChange < limit
    }
}
