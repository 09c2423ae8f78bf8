internal import CDeflate

/// Compresses whole gzip members with libdeflate. Their headers hold no name, no time and no operating system, so that
/// equal input gives equal bytes.
@safe final class GzipCoder: MemberCoder {
    private let compressor: OpaquePointer

    /// - Throws: ``ArchiveError`` with the code `compressionFailed`.
    init(level: Int) throws(ArchiveError) {
        guard let compressor = unsafe libdeflate_alloc_compressor(Int32(level)) else {
            throw ArchiveError(.compressionFailed, "libdeflate has no memory, or no level \(level)")
        }
        unsafe self.compressor = unsafe compressor
    }

    deinit {
        unsafe libdeflate_free_compressor(compressor)
    }

    var outputCapacity: Int {
        unsafe libdeflate_gzip_compress_bound(compressor, Member.inputCapacity)
    }

    func encode(_ member: inout Member) {
        let inputCount = member.inputCount
        member.outputCount = unsafe member.input.withUnsafeBytes { input in
            unsafe member.output.withUnsafeMutableBytes { output in
                unsafe libdeflate_gzip_compress(
                    compressor, input.baseAddress, inputCount, output.baseAddress, output.count)
            }
        }
    }

    /// Compares the trailer: a CRC-32 and the size of the input (RFC 1952, section 2.3.1).
    func accepts(_ bytes: [UInt8], for member: Member) -> Bool {
        guard bytes.count > 18, bytes[0] == 0x1f, bytes[1] == 0x8b else { return false }
        let trailer = bytes.suffix(8).reversed().map(UInt64.init).reduce(0) { $0 << 8 | $1 }
        let checksum = unsafe member.input.withUnsafeBytes { input in
            unsafe libdeflate_crc32(0, input.baseAddress, member.inputCount)
        }
        return trailer == UInt64(member.inputCount) << 32 | UInt64(checksum)
    }
}
