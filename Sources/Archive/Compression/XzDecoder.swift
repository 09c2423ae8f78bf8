internal import CLzma

/// Decodes xz streams. Those which need more than 100 MiB of memory (`xz -9` needs 65) are refused.
@safe final class XzDecoder: StreamDecoder {
    // liblzma keeps a pointer to it, so it must not move.
    private let stream: UnsafeMutablePointer<lzma_stream>

    let preferredInput = 1

    private static let memoryLimit: UInt64 = 100 << 20
    private var limit = LargeMemory.ordinarySize + (4 << 20)
    /// Kept to the end, for liblzma keeps the memory as well.
    private var permit: LargeMemory?

    init() throws(ArchiveError) {
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: lzma_stream())
        do {
            try reset()
        } catch {
            unsafe stream.deallocate()
            throw error
        }
    }

    deinit {
        unsafe lzma_end(stream)
        unsafe stream.deallocate()
    }

    func decode(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(ArchiveError) -> DecodingProgress {
        unsafe stream.pointee.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
        unsafe stream.pointee.avail_in = input.count
        unsafe stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
        unsafe stream.pointee.avail_out = output.count
        var status = unsafe lzma_code(stream, LZMA_RUN)
        if status == LZMA_MEMLIMIT_ERROR, permit == nil {
            permit = LargeMemory()
            limit = Self.memoryLimit
            // Decoding goes on where it stopped; a limit that is too small for what is asked for is refused.
            if unsafe lzma_memlimit_set(stream, limit) == LZMA_OK { status = unsafe lzma_code(stream, LZMA_RUN) }
        }
        switch status {
        case LZMA_OK, LZMA_BUF_ERROR, LZMA_STREAM_END: break
        case LZMA_MEMLIMIT_ERROR:
            throw ArchiveError(.limitExceeded, "xz data need more than \(Self.memoryLimit >> 20) MiB of memory")
        default:
            throw ArchiveError(.corrupt, "xz data are damaged: status \(status.rawValue)")
        }
        return unsafe DecodingProgress(
            consumed: input.count - stream.pointee.avail_in,
            produced: output.count - stream.pointee.avail_out, isComplete: status == LZMA_STREAM_END)
    }

    func reset() throws(ArchiveError) {
        // The memory of the stream before is used again.
        let status = unsafe lzma_stream_decoder(stream, limit, 0)
        guard status == LZMA_OK else {
            throw ArchiveError(.compressionFailed, "liblzma does not start: \(status.rawValue)")
        }
    }
}
