internal import CZlib

/// Decompresses what is in memory, up to a limit (RFC 1950, 1951).
enum Inflater {
    enum Form {
        /// As in zip archives.
        case raw
        /// With zlib's header and checksum.
        case zlib
    }

    /// The bytes that `input` is a compressed form of.
    ///
    /// - Throws: `damaged`; `tooLarge` when they are more than `limit`.
    static func inflate(_ input: [UInt8], _ form: Form, limit: Int) throws(SBOMError) -> [UInt8] {
        var stream = unsafe z_stream()
        let bits: Int32 = form == .raw ? -15 : 15
        let started = unsafe inflateInit2_(&stream, bits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard started == Z_OK else { throw SBOMError(.unsupported, "zlib does not start: \(started)") }
        defer { unsafe inflateEnd(&stream) }
        var output: [UInt8] = []
        var status = Z_OK
        var failure: SBOMError?
        unsafe input.withUnsafeBytes { source in
            // zlib does not write to its input; its header only lacks the const.
            unsafe stream.next_in = UnsafeMutablePointer(
                mutating: source.baseAddress?.assumingMemoryBound(to: UInt8.self))
            unsafe stream.avail_in = UInt32(clamping: source.count)
            while status == Z_OK {
                let chunk = unsafe [UInt8](unsafeUninitializedCapacity: 64 << 10) { buffer, count in
                    unsafe stream.next_out = buffer.baseAddress
                    unsafe stream.avail_out = UInt32(buffer.count)
                    unsafe status = CZlib.inflate(&stream, Z_NO_FLUSH)
                    unsafe count = buffer.count - Int(stream.avail_out)
                }
                output += chunk
                if output.count > limit {
                    failure = .tooLarge("it unpacks to more than \(limit) bytes")
                    return
                }
                if chunk.isEmpty, status == Z_OK { return }
            }
        }
        if let failure { throw failure }
        guard status == Z_STREAM_END else { throw .damaged("its compressed data are damaged") }
        return output
    }
}
