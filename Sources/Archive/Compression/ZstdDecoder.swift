internal import CZstd

/// Decodes zstd frames. Windows of more than 128 MiB, libzstd's own limit, are refused.
@safe final class ZstdDecoder: StreamDecoder {
    private let context: OpaquePointer

    let preferredInput = 1

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
    }
}
