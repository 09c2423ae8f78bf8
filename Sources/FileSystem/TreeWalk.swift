public import SystemPackage

/// A walk through everything below a directory: a directory before its entries, in the order in which a sorted tar
/// lists them.
///
/// The order is by the bytes of the path where a directory's path ends in `/`: "a-b" before "a/" before "a/b". So
/// `tar tf` of the result is sorted for `LC_ALL=C sort`, and still every directory comes right before what is in it.
///
/// Security: every directory is opened from its parent by one name, with O_NOFOLLOW; a link that takes a directory's
/// place during the walk gives an error, not files from elsewhere. Descriptors: at most some 70 are open at a time, however
/// deep the tree; a parent that was closed is opened anew from its own parent, by name again.
public struct TreeWalk {
    /// One entry on the way.
    public struct Entry {
        /// The open directory the entry is in.
        public let directory: DirectoryHandle
        /// Its name there.
        public let name: FileName
        /// What it is; symbolic links are not followed.
        public let status: FileStatus
        /// Path bytes from the top of the walk, such as "usr/bin/env".
        public let pathBytes: [UInt8]

        /// The path from the top of the walk; made anew at each use.
        public var path: FilePath { FilePath(bytes: pathBytes) }
    }

    /// What to do with a directory that was visited.
    public enum Decision: Sendable {
        /// Visit its entries next. For anything but a directory: go on.
        case descend
        /// Leave its entries out.
        case skip
    }

    static let openLevels = 64

    private let top: DirectoryHandle
    private let sortName: (DirectoryHandle, DirectoryEntry) throws -> FileName

    /// Prepares a walk below `top`; nothing is read yet. `sortName` gives the name an entry is sorted by, where that is
    /// not its own.
    public init(
        _ top: DirectoryHandle, sortName: @escaping (DirectoryHandle, DirectoryEntry) throws -> FileName = { $1.name }
    ) {
        self.top = top
        self.sortName = sortName
    }

    /// Walks the tree. `visit` sees each entry but the top itself; `leave`, if given, sees each directory that was
    /// descended into, after its last entry, with its status from before (the place to set its time).
    public func run(visit: (Entry) throws -> Decision, leave: ((Entry) throws -> Void)? = nil) throws {
        var path: [UInt8] = []
        var levels = Levels(top: top, entries: try listing(top))
        while let depth = levels.stack.indices.last {
            guard let next = levels.stack[depth].entries.popLast() else {
                let level = levels.stack.removeLast()
                guard depth > 0, let name = level.name, let status = level.status else { return }
                if let leave {
                    path.removeLast(path.count - level.pathLength)
                    let parent = try levels.handle(at: depth - 1)
                    try leave(Entry(directory: parent, name: name, status: status, pathBytes: path))
                }
                continue
            }
            let directory = try levels.handle(at: depth)
            path.removeLast(path.count - levels.stack[depth].pathLength)
            if depth > 0 { path.append(UInt8(ascii: "/")) }
            next.append(to: &path)
            let status = try directory.status(of: next)
            let entry = Entry(directory: directory, name: next, status: status, pathBytes: path)
            guard try visit(entry) == .descend, status.kind == .directory else { continue }
            let child = try directory.openDirectory(next)
            levels.push(
                Level(
                    name: next, handle: child, entries: try listing(child), pathLength: path.count, status: status))
        }
    }

    /// The names in reverse order, so that the next one is the last.
    private func listing(_ directory: DirectoryHandle) throws -> [FileName] {
        var keyed: [(key: FileName, name: FileName, isDirectory: Bool)] = []
        let entries = try directory.entries()
        keyed.reserveCapacity(entries.count)
        for entry in entries {
            let kind = if let kind = entry.kind { kind } else { try directory.status(of: entry.name).kind }
            keyed.append((try sortName(directory, entry), entry.name, kind == .directory))
        }
        keyed.sort { $1.key.precedes($0.key, selfIsDirectory: $1.isDirectory, otherIsDirectory: $0.isDirectory) }
        return keyed.map(\.name)
    }
}

/// A directory on the way down.
private struct Level {
    var name: FileName?
    var handle: DirectoryHandle?
    /// The names still to visit, last one first.
    var entries: [FileName]
    /// How many bytes of the walk's path lead to this directory.
    var pathLength: Int
    var status: FileStatus?
}

/// The directories on the way down, of which only the deepest are open.
private struct Levels {
    var stack: [Level]

    init(top: DirectoryHandle, entries: [FileName]) {
        stack = [Level(handle: top, entries: entries, pathLength: 0)]
    }

    mutating func push(_ level: Level) {
        stack.append(level)
        let closing = stack.count - 1 - TreeWalk.openLevels
        if closing > 0 { stack[closing].handle = nil }
    }

    mutating func handle(at depth: Int) throws -> DirectoryHandle {
        if let handle = stack[depth].handle { return handle }
        // Open again from the nearest ancestor that still is; the top always is. The last ones are kept, for on the way
        // up they are wanted next: opening each from the top would make the walk quadratic in the depth.
        var open = depth
        while stack[open].handle == nil, open > 0 { open -= 1 }
        guard var handle = stack[open].handle else { preconditionFailure("the top of a walk is never closed") }
        for level in (open + 1)...depth {
            guard let name = stack[level].name else { break }
            handle = try handle.openDirectory(name)
            if level > depth - TreeWalk.openLevels { stack[level].handle = handle }
        }
        return handle
    }
}
