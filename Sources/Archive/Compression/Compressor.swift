/// A sink which compresses what it is given and hands it to the next sink.
///
/// Equal input and equal ``Compression`` give equal bytes: they depend neither on the number of workers, nor on the time
/// and the machine, nor on how the input was cut into writes (but on where ``flushMember()`` was called). They do depend
/// on the versions of libdeflate and libzstd.
///
/// gzip output consists of members of 1 MiB of input, which every gzip reader reads as one stream (RFC 1952, section
/// 2.2). Threads belong to one compressor and end with it; writes block while they are busy.
public final class Compressor: ByteSink {
    private let encoder: any StreamEncoder
    private let next: any ByteSink
    private var state = State.open

    private enum State { case open, failed, finished }

    /// Makes a compressor in front of `next`.
    ///
    /// - Parameters:
    ///   - workers: how many threads may compress at a time, the writing one included; `nil` means one for each usable
    ///     processor, up to 16. It does not change what is written.
    /// - Throws: ``ArchiveError`` with the code `compressionFailed` when the level does not exist or memory lacks.
    public init(_ compression: Compression, to next: any ByteSink, workers: Int? = nil) throws(ArchiveError) {
        self.next = next
        let workers = min(16, max(1, workers ?? usableProcessorCount()))
        switch compression {
        case .uncompressed: encoder = CopyEncoder(to: next)
        case .gzip(let level):
            guard (0...9).contains(level) else { throw Self.noSuchLevel(compression) }
            encoder = try GzipEncoder(level: level, workers: workers, to: next)
        case .zstd(let level):
            guard (1...22).contains(level) else { throw Self.noSuchLevel(compression) }
            encoder = try ZstdEncoder(level: level, workers: workers, to: next)
        }
    }

    /// Compresses `bytes`; they reach the next sink now or later.
    ///
    /// - Throws: ``ArchiveError``: `compressionFailed`, `invalidState`; what the next sink throws, if so perhaps on account
    ///   of earlier bytes.
    public func write(_ bytes: Span<UInt8>) throws {
        try enter()
        try encoder.write(bytes)
        state = .open
    }

    /// Ends the current gzip member or zstd frame, so that the bytes of what follows do not depend on what came before.
    ///
    /// - Throws: as ``write(_:)-(Span<UInt8>)``.
    public func flushMember() throws {
        try enter()
        try encoder.flushMember()
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
