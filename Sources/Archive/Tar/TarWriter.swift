public import SystemPackage

/// Writes a tar archive: ustar, with pax extended headers for what ustar cannot hold.
///
/// The bytes depend on the entries and the options only. No user and group names, no access times and no process
/// numbers are stored; extended headers are called `<directory>/PaxHeaders.0/<name>` as in archives of Go programs.
///
///     let writer = TarWriter(to: sink)
///     try writer.write(entry, contents: bytes)
///     try writer.finish()
///
/// After an error the archive is incomplete and the writer refuses further work.
public final class TarWriter {
    /// What is stored beyond the defaults.
    public struct Options: Hashable, Sendable {
        /// Whether times keep their fraction and may lie before 1970. Otherwise fractions are dropped and earlier
        /// times become 1970-01-01, as in archives of Docker and containerd.
        public var keepsExactTimes: Bool

        /// Makes options.
        public init(keepsExactTimes: Bool = false) {
            self.keepsExactTimes = keepsExactTimes
        }
    }

    let options: Options
    var output: OutputBuffer
    /// The bytes of the entry that have not been written yet.
    var remaining: Int64 = 0
    private var padding = 0
    private var state = State.open

    private enum State { case open, failed, finished }

    /// Makes a writer which appends to `sink`.
    public init(to sink: any ByteSink, options: Options = Options()) {
        self.options = options
        output = OutputBuffer(to: sink)
    }

    /// The length of the archive so far in bytes.
    public var position: Int64 { output.position }

    /// Begins an entry. A file of `size` bytes is followed by exactly as many bytes of ``write(contents:)``.
    ///
    /// - Throws: ``ArchiveError``: `sizeMismatch` when the entry before lacks bytes; `unrepresentable` when tar has no
    ///   way to store the entry; and what the sink throws.
    public func write(_ entry: TarEntry) throws {
        try perform {
            guard remaining == 0 else {
                throw ArchiveError(.sizeMismatch, "an entry lacks \(remaining) of its bytes", offset: position)
            }
            try writeHeader(of: entry)
            guard entry.kind == .file else { return }
            remaining = entry.size
            padding = TarBlock.padding(after: entry.size)
        }
    }

    /// Goes on with the contents of the entry that was begun last.
    ///
    /// - Throws: ``ArchiveError`` with the code `sizeMismatch` when there are more bytes than the entry announced; what
    ///   the sink throws.
    public func write(contents bytes: Span<UInt8>) throws {
        try perform {
            guard bytes.count <= remaining else {
                throw ArchiveError(.sizeMismatch, "an entry got more bytes than it announced", offset: position)
            }
            try output.append(bytes)
            try advance(by: bytes.count)
        }
    }

    /// Writes an entry with all its contents, whose number sets the entry's size.
    public func write(_ entry: TarEntry, contents bytes: [UInt8]) throws {
        var entry = entry
        entry.size = Int64(bytes.count)
        try write(entry)
        try write(contents: bytes.span)
    }

    /// Writes an entry with the next `entry.size` bytes of `source`.
    ///
    /// - Throws: ``ArchiveError`` with the code `sizeMismatch` when the source ends before that.
    public func write(_ entry: TarEntry, contentsOf source: any ByteSource) throws {
        try write(entry)
        try perform {
            while remaining > 0 {
                let length = try unsafe output.append(upTo: remaining) { try unsafe source.read(into: $0) }
                guard length > 0 else {
                    throw ArchiveError(
                        .sizeMismatch, "\(entry.path) ended \(remaining) bytes before its size", offset: position)
                }
                try advance(by: length)
            }
        }
    }

    /// Writes an entry with the next `entry.size` bytes of `file`.
    ///
    /// - Throws: ``ArchiveError`` with the code `sizeMismatch` when the file ends before that.
    public func write(_ entry: TarEntry, contentsOf file: FileDescriptor) throws {
        try write(entry, contentsOf: FileSource(file))
    }

    /// Writes the two blocks that end an archive, and finishes the sink.
    ///
    /// - Throws: ``ArchiveError`` with the code `sizeMismatch` when the last entry lacks bytes; what the sink throws.
    public func finish() throws {
        try perform {
            guard remaining == 0 else {
                throw ArchiveError(.sizeMismatch, "an entry lacks \(remaining) of its bytes", offset: position)
            }
            try output.append(zeros: 2 * TarBlock.size)
            try output.flush()
            try output.sink.finish()
            state = .finished
        }
    }

    private func advance(by count: Int) throws {
        remaining -= Int64(count)
        if remaining == 0, padding > 0 {
            try output.append(zeros: padding)
            padding = 0
        }
    }

    private func perform(_ body: () throws -> Void) throws {
        guard state == .open else {
            throw ArchiveError(.invalidState, "the archive is already \(state == .failed ? "broken" : "finished")")
        }
        do {
            try body()
        } catch {
            state = .failed
            throw error
        }
    }
}
