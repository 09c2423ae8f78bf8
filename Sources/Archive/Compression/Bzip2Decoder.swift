internal import CBzip2

/// Decodes bzip2 streams.
@safe final class Bzip2Decoder: StreamDecoder {
    // libbz2 keeps a pointer to it, so it must not move.
    private let stream: UnsafeMutablePointer<bz_stream>

    let preferredInput = 1

    init() throws(ArchiveError) {
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: bz_stream())
        do {
            try start()
        } catch {
            unsafe stream.deallocate()
            throw error
        }
    }

    deinit {
        unsafe BZ2_bzDecompressEnd(stream)
        unsafe stream.deallocate()
    }

    private func start() throws(ArchiveError) {
        let status = unsafe BZ2_bzDecompressInit(stream, 0, 0)
        guard status == BZ_OK else {
            throw ArchiveError(.compressionFailed, "libbz2 does not start: \(status)")
        }
    }

    func decode(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(ArchiveError) -> DecodingProgress {
        let inputCount = UInt32(clamping: input.count)
        let outputCount = UInt32(clamping: output.count)
        // libbz2 does not write to its input; its header only lacks the const.
        unsafe stream.pointee.next_in = UnsafeMutablePointer(
            mutating: input.baseAddress?.assumingMemoryBound(to: CChar.self))
        unsafe stream.pointee.avail_in = inputCount
        unsafe stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: CChar.self)
        unsafe stream.pointee.avail_out = outputCount
        let status = unsafe BZ2_bzDecompress(stream)
        guard status == BZ_OK || status == BZ_STREAM_END else {
            throw ArchiveError(.corrupt, "bzip2 data are damaged: status \(status)")
        }
        return unsafe DecodingProgress(
            consumed: Int(inputCount - stream.pointee.avail_in),
            produced: Int(outputCount - stream.pointee.avail_out), isComplete: status == BZ_STREAM_END)
    }

    func reset() throws(ArchiveError) {
        unsafe BZ2_bzDecompressEnd(stream)
        unsafe stream.pointee = bz_stream()
        try start()
    }
}
