import Archive
import FileSystem
import LayerStore
import SystemPackage

/// Opens the archives that `ADD` unpacks. What is in them waits in memory or in temporary files until the layer is made.
final class ArchiveSpool {
    /// Files up to this size stay in memory, as long as all of them together are not too much.
    private static let smallFile: Int64 = 64 << 10
    private static let memoryLimit: Int64 = 16 << 20

    private let directory: DirectoryHandle
    private let limits: UnpackLimits
    private var count = 0
    private var inMemory: Int64 = 0

    /// `directory` is removed by whoever made it.
    init(directory: FilePath, limits: UnpackLimits) throws {
        self.directory = try DirectoryHandle(directory)
        self.limits = limits
    }

    /// Reads an archive entry by entry.
    final class Reader {
        private let spool: ArchiveSpool
        private let decompressor: Decompressor
        private let tar: TarReader
        private var budget: UnpackBudget
        private let file: FileDescriptor
        private let path: FilePath

        init(
            spool: ArchiveSpool, decompressor: Decompressor, budget: UnpackBudget, file: FileDescriptor, path: FilePath
        ) {
            self.spool = spool
            self.decompressor = decompressor
            tar = TarReader(decompressor)
            self.budget = budget
            self.file = file
            self.path = path
        }

        deinit { file.closeAfterReading() }

        /// The next entry with its content; nil at the end.
        func next() throws -> (TarEntry, LayerEntry.Source)? {
            try explained {
                guard let entry = try tar.next() else {
                    try tar.drain()
                    return nil
                }
                try budget.take(entry, read: decompressor.inputCount)
                return (entry, try entry.kind == .file ? spool.store(tar, size: entry.size) : .none)
            }
        }

        /// Counts directories that are made on the way to an entry.
        func take(directories count: Int, bytes: Int) throws {
            try explained { try budget.take(directories: count, bytes: bytes, read: decompressor.inputCount) }
        }

        private func explained<Result>(_ body: () throws -> Result) throws -> Result {
            do { return try body() } catch let error as ArchiveError {
                throw BuildError(.copyFailed, "cannot unpack \(path.lastComponent?.string ?? "")", cause: error)
            }
        }
    }

    /// The archive in a file, compressed or not; nil if its content is that of no archive.
    func open(_ location: FileLocation) throws -> Reader? {
        let file = try location.open()
        do {
            guard try Decompressor.isArchive(FileSource(file)) else {
                file.closeAfterReading()
                return nil
            }
            try file.seek(offset: 0, from: .start)
            let size = Int64(clamping: try file.status(path: location.path).size)
            let source = try Decompressor.open(FileSource(file), limits: limits.decompression(ofArchive: size))
            let budget = UnpackBudget(limits, archiveSize: size)
            return Reader(spool: self, decompressor: source, budget: budget, file: file, path: location.path)
        } catch {
            file.closeAfterReading()
            throw error
        }
    }

    private func store(_ tar: TarReader, size: Int64) throws -> LayerEntry.Source {
        if size <= Self.smallFile, inMemory + size <= Self.memoryLimit {
            inMemory += size
            return .bytes(try tar.readContents(limit: Int(size)))
        }
        count += 1
        let text = "archived-\(count)"
        guard let name = FileName(text) else { return .none }
        let file = try directory.createFile(name)
        try file.closeAfter { _ = try tar.copyContents(to: FileSink(file)) }
        return .file(directory: directory, path: FilePath(text))
    }
}
