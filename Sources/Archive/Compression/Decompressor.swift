/// A source which decompresses what another source holds, and finds out by itself how it is compressed.
///
/// All members, frames or streams of the input are read, one after the other. The input must end where the last one ends;
/// only zeros may follow, where the format's own tool lets them pass. Check sums are verified.
public final class Decompressor: ByteSource {
    /// Limits against input that expands without end. None applies to input that is not compressed.
    public struct Limits: Hashable, Sendable {
        /// The greatest size of the output in bytes.
        public var greatestSize: Int64
        /// How many times as large as the input read so far the output may grow, once it has more than ``freeSize``.
        /// Deflate does not get beyond 1,032; the other formats reach 10,000 with zeros and more.
        public var greatestRatio: Int64?
        /// So many bytes of output are let pass whatever the ratio.
        public var freeSize: Int64
        /// What the user can do about output that is too large: the end of the error's sentence.
        public var advice: String?

        /// Makes limits.
        public init(
            greatestSize: Int64 = .max, greatestRatio: Int64? = nil, freeSize: Int64 = 16 << 20, advice: String? = nil
        ) {
            self.greatestSize = greatestSize
            self.greatestRatio = greatestRatio
            self.freeSize = freeSize
            self.advice = advice
        }
    }

    /// How the input is compressed.
    public let format: StreamFormat
    /// The number of bytes decompressed so far.
    public private(set) var count: Int64 = 0

    private let limits: Limits
    private let decoder: (any StreamDecoder)?
    private var input: InputBuffer
    private var isAtEnd = false
    private var hasFailed = false

    /// Looks at the first bytes of `source` and makes the source of what they are the beginning of.
    ///
    /// - Throws: ``ArchiveError``; what the source throws.
    public static func open(_ source: any ByteSource, limits: Limits = Limits()) throws -> Decompressor {
        try Decompressor(source, limits: limits, triesWholeMembers: true)
    }

    /// - Parameter triesWholeMembers: whether to read far ahead for the sake of speed.
    init(_ source: any ByteSource, limits: Limits, triesWholeMembers: Bool) throws {
        self.limits = limits
        var input = InputBuffer(source)
        format = try input.detectFormat()
        self.input = input
        decoder =
            switch format {
            case .uncompressed: nil
            case .gzip: triesWholeMembers ? try GzipDecoder() : try ZlibDecoder()
            case .zstd: try ZstdDecoder()
            case .bzip2: try Bzip2Decoder()
            case .xz: try XzDecoder()
            }
    }

    /// The number of bytes of the compressed input used so far.
    public var inputCount: Int64 { input.offset }

    /// Decompresses the next bytes.
    ///
    /// - Throws: ``ArchiveError``: `truncated`, `corrupt`, `trailingGarbage`, `limitExceeded`; what the source throws.
    public func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        guard !hasFailed else {
            throw ArchiveError(.invalidState, "decompressing has failed before", offset: input.offset)
        }
        if isAtEnd || buffer.count == 0 { return 0 }
        do {
            guard let decoder else { return try unsafe input.read(into: buffer) }
            return try unsafe decode(with: decoder, into: buffer)
        } catch {
            hasFailed = true
            throw error
        }
    }

    private func decode(with decoder: any StreamDecoder, into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        while true {
            let available = try input.fill(decoder.preferredInput)
            let progress: DecodingProgress
            do {
                progress = try unsafe input.consume { bytes in
                    let progress = try unsafe decoder.decode(bytes, into: buffer)
                    return (progress.consumed, progress)
                }
            } catch let error as ArchiveError {
                throw ArchiveError(error.code, error.message, offset: input.offset, cause: error.cause)
            }
            count += Int64(progress.produced)
            try checkLimits()
            if progress.isComplete {
                isAtEnd = try !beginsFurtherMember()
                if !isAtEnd { try decoder.reset() }
            }
            if progress.produced > 0 || isAtEnd { return progress.produced }
            if available == 0, progress.consumed == 0, !progress.isComplete {
                throw ArchiveError(.truncated, "the \(format) data end too early", offset: input.offset)
            }
        }
    }

    private func checkLimits() throws(ArchiveError) {
        if count > limits.greatestSize { throw tooLarge("more than \(ByteText.of(limits.greatestSize))") }
        if let ratio = limits.greatestRatio, count > limits.freeSize, count / max(1, ratio) > input.offset {
            throw tooLarge("more than \(ratio) times their size")
        }
    }

    private func tooLarge(_ amount: String) -> ArchiveError {
        let advice = limits.advice.map { "; \($0)" } ?? ""
        return ArchiveError(.limitExceeded, "the \(format) data unpack to \(amount)\(advice)", offset: nil)
    }

    /// Looks behind the end of a member.
    ///
    /// - Returns: `false` at the end of the input.
    private func beginsFurtherMember() throws -> Bool {
        if try input.detectFormat() == format { return true }
        // gzip(1) ignores zeros, which tapes leave; .xz File Format, section 2.2, allows them as padding.
        let isPaddingAllowed = format == .gzip || format == .xz
        while try input.fill(1) > 0 {
            let byte = input.take(1) { $0[0] }
            guard byte == 0, isPaddingAllowed else {
                throw ArchiveError(
                    .trailingGarbage, "something else follows the \(format) data", offset: input.offset - 1)
            }
        }
        return false
    }
}

extension InputBuffer {
    /// Judges the next bytes without taking them.
    fileprivate mutating func detectFormat() throws -> StreamFormat {
        let available = try fill(6)
        return peek(available) { StreamFormat(detecting: $0) }
    }
}
