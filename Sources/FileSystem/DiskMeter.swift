public import SystemPackage

/// Adds up what trees take on the disk, as `du -x --block-size=1` does: allocated blocks, directories included, each file
/// with several names once, nothing of other file systems.
public struct DiskMeter {
    private struct Inode: Hashable {
        var device: UInt64
        var number: UInt64
    }

    private var counted: Set<Inode> = []

    /// How often a tree is looked at again because something went away meanwhile.
    private static let attempts = 3

    /// A meter that has seen nothing yet.
    public init() {}

    /// The bytes of a file, or of a directory with everything below it; 0 when it is not there. What a running program
    /// changes meanwhile may be counted as it was before or after.
    ///
    /// - Throws: `FileSystemError`.
    public mutating func measure(_ path: FilePath) throws -> Int64 {
        guard let last = path.lastComponent, let name = FileName(last) else {
            throw FileSystemError(.invalidArgument, operation: "measure", path: path)
        }
        do {
            return try measure(name, in: DirectoryHandle(path.removingLastComponent()))
        } catch let error as FileSystemError where error.isNotFound {
            return 0
        }
    }

    /// The bytes of an entry of an open directory and everything below it.
    public mutating func measure(_ name: FileName, in directory: DirectoryHandle) throws -> Int64 {
        guard let status = try directory.statusIfExists(of: name) else { return 0 }
        let own = add(status)
        guard status.kind == .directory else { return own }
        for _ in 1..<Self.attempts {
            var trial = self
            do {
                let below = try trial.measureContents(name, of: directory, on: status.device)
                self = trial
                return own + below
            } catch let error as FileSystemError where error.isNotFound {
                // Somebody removes it, or files in it.
                guard try directory.statusIfExists(of: name) != nil else { return own }
            }
        }
        do {
            return own + (try measureContents(name, of: directory, on: status.device))
        } catch let error as FileSystemError where error.isNotFound {
            // Somebody is still at it, and what is being removed counts as removed.
            return own
        }
    }

    /// The bytes of one entry alone, such as a directory without what is in it.
    public mutating func measureAlone(_ name: FileName, in directory: DirectoryHandle) throws -> Int64 {
        try directory.statusIfExists(of: name).map { add($0) } ?? 0
    }

    private mutating func measureContents(
        _ name: FileName, of directory: DirectoryHandle, on device: UInt64
    ) throws -> Int64 {
        var meter = self
        var total: Int64 = 0
        try TreeWalk(directory.openDirectory(name)).run { entry in
            guard entry.status.device == device else { return .skip }
            total += meter.add(entry.status)
            return .descend
        }
        self = meter
        return total
    }

    private mutating func add(_ status: FileStatus) -> Int64 {
        if status.linkCount > 1, status.kind != .directory,
            !counted.insert(Inode(device: status.device, number: status.inode)).inserted
        {
            return 0
        }
        return Int64(clamping: status.blocks) * 512
    }
}
