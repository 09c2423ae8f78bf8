/// Reads a tar archive of unknown origin, entry by entry.
///
/// Understood are old V7, ustar, pax (with global headers), GNU and star archives: long names, big numbers, extended
/// attributes, hard and symbolic links, devices, pipes, and sparse files in GNU's old format and its pax formats 0.0, 0.1
/// and 1.0, which are expanded.
///
///     let reader = TarReader(source)
///     while let entry = try reader.next() {
///         if entry.kind == .file { try reader.copyContents(to: sink) }
///     }
///     try reader.drain()
///
/// Nothing in the input is trusted: any bytes give entries or an ``ArchiveError``. Whether an entry may be unpacked is
/// the caller's decision (``TarEntry/isContained``); the same path may occur more than once.
public final class TarReader {
    /// Limits on what is accepted.
    public struct Options: Hashable, Sendable {
        /// The greatest size of an extended header, of a long name or of a sparse file's map, in bytes.
        public var greatestHeaderSize: Int
        /// The greatest size of one file, holes included, in bytes. A few bytes of archive can announce a sparse file of
        /// any size, which costs its reader time.
        public var greatestFileSize: Int64
        /// Whether an archive without the blocks of zeros at its end is an error. Most readers allow it.
        public var requiresEndMarker: Bool

        /// Makes options.
        public init(
            greatestHeaderSize: Int = 1 << 20, greatestFileSize: Int64 = 1 << 42, requiresEndMarker: Bool = false
        ) {
            self.greatestHeaderSize = greatestHeaderSize
            self.greatestFileSize = greatestFileSize
            self.requiresEndMarker = requiresEndMarker
        }
    }

    let options: Options
    var input: InputBuffer
    var globalRecords = PaxAttributes()
    /// What has been read so far, for limits.
    var entryCount: Int64 = 0
    var extensionSize: Int64 = 0
    var recordCount: Int64 = 0
    /// The contents of the current entry.
    var contents = TarContents()
    private var state = State.open

    private enum State { case open, failed, finished }

    /// Makes a reader of `source`, which holds an archive that is not compressed.
    public init(_ source: any ByteSource, options: Options = Options()) {
        self.options = options
        input = InputBuffer(source)
    }

    /// The number of bytes of the archive read so far.
    public var offset: Int64 { input.offset }

    /// Skips what is left of the current entry and reads the next one.
    ///
    /// - Returns: `nil` at the end of the archive.
    /// - Throws: ``ArchiveError`` with the place of the header that is wrong; what the source throws. The reader is of no
    ///   use afterwards.
    public func next() throws -> TarEntry? {
        guard state != .finished else { return nil }
        return try perform {
            try skipContents()
            let entry = try readEntry()
            if entry == nil { state = .finished }
            return entry
        }
    }

    /// Reads the next bytes of the current entry's contents; holes of sparse files read as zeros.
    ///
    /// - Returns: the number of bytes: at least 1, or 0 at the end of the entry (or if `buffer` is empty).
    /// - Throws: ``ArchiveError`` with the code `truncated`; what the source throws.
    public func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        try perform { try unsafe readContents(into: buffer) }
    }

    /// Reads what is left of the current entry's contents into memory.
    ///
    /// - Parameter limit: the greatest number of bytes to accept.
    /// - Throws: ``ArchiveError``: `limitExceeded` when there are more; `truncated`; what the source throws.
    public func readContents(limit: Int) throws -> [UInt8] {
        let left = contents.size - contents.position
        guard left <= limit else {
            throw ArchiveError(.limitExceeded, "an entry is longer than \(limit) bytes: \(left)", offset: offset)
        }
        return try perform {
            try unsafe [UInt8](readingExactly: Int(left)) { try unsafe readContents(into: $0) }
        }
    }

    /// Hands what is left of the current entry's contents to `sink`, which is not finished.
    ///
    /// - Returns: the number of bytes.
    /// - Throws: ``ArchiveError`` with the code `truncated`; what the source or the sink throw.
    @discardableResult
    public func copyContents(to sink: any ByteSink) throws -> Int64 {
        try perform {
            let start = contents.position
            while try writePiece(to: sink) {}
            return contents.position - start
        }
    }

    /// The contents of the current entry as a source, which ends with the entry and is of no use after ``next()``.
    public var contentsSource: any ByteSource { Contents(reader: self) }

    /// Reads the rest of the source, so that digests taken on the way see all of it, and ignores what it holds.
    ///
    /// - Throws: what the source throws.
    public func drain() throws {
        try perform {
            state = .finished
            contents = TarContents()
            try input.drain()
        }
    }

    private func perform<Result>(_ body: () throws -> Result) throws -> Result {
        guard state != .failed else {
            throw ArchiveError(.invalidState, "reading the archive has failed before", offset: offset)
        }
        do {
            return try body()
        } catch {
            state = .failed
            throw error
        }
    }

    private final class Contents: ByteSource {
        private let reader: TarReader

        init(reader: TarReader) { self.reader = reader }

        func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
            try unsafe reader.read(into: buffer)
        }
    }
}
