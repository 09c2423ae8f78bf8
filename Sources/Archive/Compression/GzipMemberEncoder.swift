internal import CDeflate

/// Compresses whole gzip members with libdeflate. Their headers hold no name, no time and no operating system, so that
/// equal input gives equal bytes.
@safe final class GzipMemberEncoder {
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

    /// The size of the output that has room for every member.
    var outputCapacity: Int {
        unsafe libdeflate_gzip_compress_bound(compressor, GzipMember.inputCapacity)
    }

    /// Fills in the member's output.
    func encode(_ member: inout GzipMember) {
        let inputCount = member.inputCount
        member.outputCount = unsafe member.input.withUnsafeBytes { input in
            unsafe member.output.withUnsafeMutableBytes { output in
                unsafe libdeflate_gzip_compress(
                    compressor, input.baseAddress, inputCount, output.baseAddress, output.count)
            }
        }
    }
}
