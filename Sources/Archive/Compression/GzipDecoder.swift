internal import CDeflate

/// Decodes gzip members: small ones whole with libdeflate, which is several times as fast, others with zlib.
///
/// This module's own ``Compressor`` writes members of at most 1 MiB, most other programs a single large one. So the first
/// member decides: if libdeflate cannot decode it from what is there, zlib gets this and all further members, and finds out
/// whether the data are damaged.
@safe final class GzipDecoder: StreamDecoder {
    private static let greatestMember = Member.inputCapacity

    private let streaming: ZlibDecoder
    private var whole: OpaquePointer?
    private var member: [UInt8] = []
    private var memberCount = 0
    private var memberPosition = 0

    /// A member of 1 MiB in its worst form, and then some.
    var preferredInput: Int { isWhole && memberPosition == memberCount ? Self.greatestMember + (64 << 10) : 1 }

    private var isWhole: Bool { unsafe whole != nil }

    init() throws(ArchiveError) {
        streaming = try ZlibDecoder()
        unsafe whole = libdeflate_alloc_decompressor()
        if isWhole { member = [UInt8](repeating: 0, count: Self.greatestMember) }
    }

    deinit {
        stopWholeMembers()
    }

    func decode(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(ArchiveError) -> DecodingProgress {
        guard isWhole else { return try unsafe streaming.decode(input, into: output) }
        var consumed = 0
        if memberPosition == memberCount {
            consumed = unsafe decodeMember(input)
            if consumed == 0 {
                stopWholeMembers()
                return try unsafe streaming.decode(input, into: output)
            }
        }
        let count = min(output.count, memberCount - memberPosition)
        unsafe member.withUnsafeBytes { member in
            let piece = unsafe UnsafeRawBufferPointer(rebasing: member[memberPosition..<memberPosition + count])
            unsafe output.copyMemory(from: piece)
        }
        memberPosition += count
        return DecodingProgress(consumed: consumed, produced: count, isComplete: memberPosition == memberCount)
    }

    func reset() throws(ArchiveError) {
        if !isWhole { try streaming.reset() }
    }

    /// - Returns: the size of the member in the input, or 0 when it cannot be decoded like this.
    private func decodeMember(_ input: UnsafeRawBufferPointer) -> Int {
        var consumed = 0
        var produced = 0
        let result = unsafe member.withUnsafeMutableBytes { member in
            unsafe libdeflate_gzip_decompress_ex(
                whole, input.baseAddress, input.count, member.baseAddress, member.count, &consumed, &produced)
        }
        guard result == LIBDEFLATE_SUCCESS else { return 0 }
        memberCount = produced
        memberPosition = 0
        return consumed
    }

    private func stopWholeMembers() {
        if let whole = unsafe whole { unsafe libdeflate_free_decompressor(whole) }
        unsafe whole = nil
        member = []
    }
}
