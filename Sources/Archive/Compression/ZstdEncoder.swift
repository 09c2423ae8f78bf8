internal import CZstd

/// Writes a stream of zstd frames.
///
/// With workers, libzstd cuts a frame into jobs whose size depends on the level only, so any number of workers gives the
/// same bytes, but none at all gives others: hence there is always at least one. Input is gathered in pieces of a fixed
/// size, because libzstd takes note of how much it is handed at the end.
@safe final class ZstdEncoder: StreamEncoder {
    private let context: OpaquePointer
    private let sink: any ByteSink
    private var input: [UInt8]
    private var inputCount = 0
    private var output: [UInt8]
    private var isInsideFrame = false
    private var hasFrame = false

    init(level: Int, workers: Int, to sink: any ByteSink) throws(ArchiveError) {
        guard let context = unsafe ZSTD_createCCtx() else {
            throw ArchiveError(.compressionFailed, "libzstd has no memory")
        }
        unsafe self.context = unsafe context
        self.sink = sink
        input = [UInt8](repeating: 0, count: 1 << 20)
        output = [UInt8](repeating: 0, count: ZSTD_CStreamOutSize())
        try set(ZSTD_c_compressionLevel, level)
        try set(ZSTD_c_checksumFlag, 1)
        try set(ZSTD_c_nbWorkers, workers)
    }

    deinit {
        unsafe ZSTD_freeCCtx(context)
    }

    func write(_ bytes: Span<UInt8>) throws {
        var start = 0
        while start < bytes.count {
            if inputCount == input.count { try compress(ZSTD_e_continue) }
            let count = min(bytes.count - start, input.count - inputCount)
            let piece = bytes.extracting(start..<start + count)
            unsafe input.withUnsafeMutableBytes { input in
                unsafe piece.withUnsafeBytes { piece in
                    unsafe UnsafeMutableRawBufferPointer(rebasing: input[inputCount...]).copyMemory(from: piece)
                }
            }
            inputCount += count
            start += count
        }
    }

    func flushMember() throws {
        if isInsideFrame || inputCount > 0 { try compress(ZSTD_e_end) }
    }

    func finish() throws {
        if hasFrame { try flushMember() } else { try compress(ZSTD_e_end) }
    }

    /// Hands the gathered input to libzstd until it has taken it, or with `ZSTD_e_end` until the frame is complete.
    private func compress(_ operation: ZSTD_EndDirective) throws {
        var consumed = 0
        var isComplete = false
        while !isComplete {
            var produced = 0
            let rest = unsafe input.withUnsafeBytes { input in
                var source = unsafe ZSTD_inBuffer(src: input.baseAddress, size: inputCount, pos: consumed)
                return unsafe output.withUnsafeMutableBytes { output in
                    var target = unsafe ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
                    let rest = unsafe ZSTD_compressStream2(context, &target, &source, operation)
                    produced = unsafe target.pos
                    consumed = unsafe source.pos
                    return rest
                }
            }
            try check(rest)
            if produced > 0 {
                try unsafe output.withUnsafeBytes { output in
                    try unsafe sink.write(UnsafeRawBufferPointer(rebasing: output[..<produced]))
                }
            }
            isComplete = operation == ZSTD_e_end ? rest == 0 : consumed == inputCount
        }
        inputCount = 0
        hasFrame = true
        isInsideFrame = operation != ZSTD_e_end
    }

    private func set(_ parameter: ZSTD_cParameter, _ value: Int) throws(ArchiveError) {
        try check(unsafe ZSTD_CCtx_setParameter(context, parameter, Int32(value)))
    }

    private func check(_ result: Int) throws(ArchiveError) {
        guard ZSTD_isError(result) == 0 else {
            let name = unsafe String(cString: ZSTD_getErrorName(result))
            throw ArchiveError(.compressionFailed, "libzstd: \(name)")
        }
    }
}
