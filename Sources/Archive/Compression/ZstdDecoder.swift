internal import CZstd

/// Decodes zstd frames. Windows of more than 128 MiB, libzstd's own limit, are refused.
@safe final class ZstdDecoder: StreamDecoder {
    private let context: OpaquePointer
    private var isAtFrame = true
    /// Kept to the end, for libzstd keeps the memory as well.
    private var permit: LargeMemory?

    /// RFC 8878, section 3.1.1.1: the longest header of a frame.
    private static let longestHeader = 18

    var preferredInput: Int { isAtFrame ? Self.longestHeader : 1 }

    init() throws(ArchiveError) {
        guard let context = unsafe ZSTD_createDCtx() else {
            throw ArchiveError(.compressionFailed, "libzstd has no memory")
        }
        unsafe self.context = unsafe context
    }

    deinit {
        unsafe ZSTD_freeDCtx(context)
    }

    func decode(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(ArchiveError) -> DecodingProgress {
        if isAtFrame, unsafe ZstdFrame.window(input) > LargeMemory.ordinarySize, permit == nil {
            permit = LargeMemory()
        }
        isAtFrame = false
        var source = unsafe ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
        var target = unsafe ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
        let rest = unsafe ZSTD_decompressStream(context, &target, &source)
        guard ZSTD_isError(rest) == 0 else {
            let name = unsafe String(cString: ZSTD_getErrorName(rest))
            let isTooLarge = ZSTD_getErrorCode(rest) == ZSTD_error_frameParameter_windowTooLarge
            throw ArchiveError(isTooLarge ? .limitExceeded : .corrupt, "zstd data are damaged: \(name)")
        }
        return unsafe DecodingProgress(consumed: source.pos, produced: target.pos, isComplete: rest == 0)
    }

    func reset() throws(ArchiveError) {
        _ = unsafe ZSTD_DCtx_reset(context, ZSTD_reset_session_only)
        isAtFrame = true
    }
}

/// The header of a zstd frame: RFC 8878, section 3.1.1.1.
enum ZstdFrame {
    /// How much memory the frame that begins here asks for as its window, in bytes; 0 for what is no such frame.
    static func window(_ input: UnsafeRawBufferPointer) -> UInt64 {
        let header = unsafe Array(input.prefix(18))
        guard header.count > 6, header[..<4] == [0x28, 0xb5, 0x2f, 0xfd] else { return 0 }
        let descriptor = header[4]
        if descriptor & 0x20 == 0 {
            let base = UInt64(1) << (10 + UInt64(header[5] >> 3))
            return base + base / 8 * UInt64(header[5] & 7)
        }
        // A single segment: the window is as large as the contents, whose size follows the number of the dictionary.
        let start = 5 + [0, 1, 2, 4][Int(descriptor & 3)]
        let length = [1, 2, 4, 8][Int(descriptor >> 6)]
        guard header.count >= start + length else { return .max }
        return header[start..<start + length].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
