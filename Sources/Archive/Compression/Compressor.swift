/// A sink which compresses what it is given and hands it to the next sink.
///
/// Equal input and equal ``Compression`` give equal bytes: they depend neither on the number of workers, nor on the time
/// and the machine, nor on how the input was cut into writes. They do depend on the versions of libdeflate and libzstd.
///
/// gzip output consists of members and zstd output of frames of at most 1 MiB of input, which every reader reads as one
/// stream (RFC 1952, section 2.2; RFC 8878, section 3). In a tar they end between entries, see `MemberCutter`, so that
/// those without a change can be taken from ``KeptMembers``. Threads belong to one compressor and end with it; writes block
/// while they are busy.
public final class Compressor: ByteSink {
    private let encoder: any StreamEncoder
    private let members: MemberEncoder?
    private let next: any ByteSink
    private var state = State.open

    private enum State { case open, failed, finished }

    /// Makes a compressor in front of `next`.
    ///
    /// - Parameters:
    ///   - kept: members that need not be compressed again. They do not change what is written.
    ///   - workers: how many threads may compress at a time, the writing one included; `nil` means one for each usable
    ///     processor, up to 16. It does not change what is written.
    /// - Throws: ``ArchiveError`` with the code `compressionFailed` when the level does not exist or memory lacks.
    public init(
        _ compression: Compression, to next: any ByteSink, kept: KeptMembers? = nil, workers: Int? = nil
    ) throws(ArchiveError) {
        self.next = next
        let workers = min(16, max(1, workers ?? usableProcessorCount()))
        switch compression {
        case .uncompressed:
            encoder = CopyEncoder(to: next)
            members = nil
        case .gzip(let level):
            guard (0...9).contains(level) else { throw Self.noSuchLevel(compression) }
            let members = try MemberEncoder(workers: workers, kept: kept, to: next) { () throws(ArchiveError) in
                try GzipCoder(level: level)
            }
            encoder = CuttingEncoder(members)
            self.members = members
        case .zstd(let level):
            guard (1...22).contains(level) else { throw Self.noSuchLevel(compression) }
            let members = try MemberEncoder(workers: workers, kept: kept, to: next) { () throws(ArchiveError) in
                try ZstdCoder(level: level)
            }
            encoder = CuttingEncoder(members)
            self.members = members
        }
    }

    /// Where the members with a key stand in what was written, in its order. None without ``KeptMembers``.
    public var memberPlaces: [MemberPlace] { members?.places ?? [] }

    /// Compresses `bytes`; they reach the next sink now or later.
    ///
    /// - Throws: ``ArchiveError``: `compressionFailed`, `invalidState`; what the next sink throws, if so perhaps on account
    ///   of earlier bytes.
    public func write(_ bytes: Span<UInt8>) throws {
        try enter()
        try encoder.write(bytes)
        state = .open
    }

    /// Completes the stream and finishes the next sink. An empty stream is a valid one.
    ///
    /// - Throws: as ``write(_:)-(Span<UInt8>)``.
    public func finish() throws {
        try enter()
        try encoder.finish()
        try next.finish()
        state = .finished
    }

    /// Refuses what comes after the end or an error. The state stays `failed` unless the caller gets to its end.
    private func enter() throws(ArchiveError) {
        guard state == .open else {
            throw ArchiveError(.invalidState, "the stream is already \(state == .failed ? "broken" : "finished")")
        }
        state = .failed
    }

    private static func noSuchLevel(_ compression: Compression) -> ArchiveError {
        ArchiveError(.compressionFailed, "there is no compression \(compression)")
    }
}
