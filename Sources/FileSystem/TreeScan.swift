internal import Dispatch
internal import Synchronization
internal import SystemPackage

/// Names and metadata of everything below a directory, read by all processors, in the order of `TreeWalk`.
///
/// Directories of the same depth are read at the same time; what was found is handed out when all is known. Use a
/// `TreeWalk` where files are to be opened on the way, or where the tree may change under it.
///
/// Security: as in a walk, a link that takes a directory's place gives an error, not files from elsewhere.
public struct TreeScan: Sendable {
    /// What becomes of an entry.
    public enum Decision: Sendable {
        /// It is visited, and what is in it.
        case take
        /// It is no part of the result itself, but what is in it may be.
        case descend
        /// Neither.
        case skip
    }

    /// One entry.
    public struct Entry {
        /// Path bytes from the top, such as "usr/bin/env".
        public let pathBytes: [UInt8]
        /// What it is; symbolic links are not followed.
        public let status: FileStatus
        /// `take` or `descend`.
        public let decision: Decision
    }

    private struct Found: Sendable {
        var name: FileName
        var status: FileStatus
        var decision: Decision
        /// Where what is in it stands, if it is a directory that is descended into.
        var directory: Int?
    }

    /// The longest path that is opened at once, in bytes; the kernel takes 4,095.
    private static let longestPath = 2_000

    private let top: DirectoryHandle
    /// Tells what becomes of an entry by its path and status, and may be asked by several threads; without it everything is
    /// taken.
    public var decide: (@Sendable ([UInt8], FileStatus) -> Decision)?

    /// Prepares a scan below `top`; nothing is read yet.
    public init(_ top: DirectoryHandle) {
        self.top = top
    }

    /// Reads the tree and visits each entry that is not skipped, a directory before its entries.
    ///
    /// - Throws: `FileSystemError`, and what `visit` throws.
    public func run(visit: (Entry) throws -> Void) throws {
        var paths: [[UInt8]] = [[]]
        var contents: [[Found]] = []
        while contents.count < paths.count {
            for var found in try read(paths[contents.count...]) {
                let path = paths[contents.count]
                for index in found.indices
                where found[index].status.kind == .directory && found[index].decision != .skip {
                    found[index].directory = paths.count
                    paths.append(Self.path(of: found[index].name, in: path))
                }
                contents.append(found)
            }
        }
        var open = [(directory: 0, next: 0)]
        while let (directory, next) = open.last {
            guard next < contents[directory].count else {
                open.removeLast()
                continue
            }
            open[open.count - 1].next += 1
            let found = contents[directory][next]
            if found.decision == .skip { continue }
            let path = found.directory.map { paths[$0] } ?? Self.path(of: found.name, in: paths[directory])
            try visit(Entry(pathBytes: path, status: found.status, decision: found.decision))
            if let child = found.directory { open.append((child, 0)) }
        }
    }

    /// What is in each of some directories.
    private func read(_ paths: ArraySlice<[UInt8]>) throws -> [[Found]] {
        // To wake other threads takes longer than to read a few directories.
        guard paths.count >= 8 else { return try paths.map(read) }
        let results = Mutex<[Result<[Found], any Error>?]>(Array(repeating: nil, count: paths.count))
        let next = Atomic(0)
        DispatchQueue.concurrentPerform(iterations: min(paths.count, 16)) { _ in
            while case let place = next.add(1, ordering: .relaxed).oldValue, place < paths.count {
                let result = Result { try read(paths[paths.startIndex + place]) }
                results.withLock { $0[place] = result }
            }
        }
        return try results.withLock { try $0.compactMap { try $0?.get() } }
    }

    private func read(_ path: [UInt8]) throws -> [Found] {
        let directory = try open(path)
        var names = try directory.entries().map { entry in
            let kind = if let kind = entry.kind { kind } else { try directory.status(of: entry.name).kind }
            return (name: entry.name, isDirectory: kind == .directory)
        }
        names.sort {
            $0.name.precedes($1.name, selfIsDirectory: $0.isDirectory, otherIsDirectory: $1.isDirectory)
        }
        return try names.map { name, _ in
            let status = try directory.status(of: name)
            let decision = decide?(Self.path(of: name, in: path), status) ?? .take
            return Found(name: name, status: status, decision: decision)
        }
    }

    /// Opens a directory below the top, in steps where the path is longer than the kernel takes.
    private func open(_ path: [UInt8]) throws(FileSystemError) -> DirectoryHandle {
        var handle = top
        var rest = path[...]
        while rest.count > Self.longestPath {
            let end = rest.prefix(Self.longestPath).lastIndex(of: UInt8(ascii: "/")) ?? rest.startIndex
            handle = try handle.openDirectory(beneath: rest[..<end])
            rest = rest[(end + 1)...]
        }
        return rest.isEmpty ? handle : try handle.openDirectory(beneath: rest)
    }

    private static func path(of name: FileName, in directory: [UInt8]) -> [UInt8] {
        var path: [UInt8] = []
        path.reserveCapacity(directory.count + 32)
        path += directory
        if !directory.isEmpty { path.append(UInt8(ascii: "/")) }
        name.append(to: &path)
        return path
    }
}
