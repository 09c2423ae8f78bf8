/// One kind of compression behind a ``Decompressor``: decodes one member (gzip), frame (zstd) or stream (bzip2, xz) after
/// another.
protocol StreamDecoder: AnyObject {
    /// How many bytes of input the decoder would like to see at a time, unless the input ends before.
    var preferredInput: Int { get }

    /// Decodes part of `input` into `output`, neither of which is empty.
    ///
    /// - Throws: ``ArchiveError``: `corrupt`, `limitExceeded`.
    func decode(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(ArchiveError) -> DecodingProgress

    /// Prepares for a further member.
    func reset() throws(ArchiveError)
}

/// What a call of a decoder has done.
struct DecodingProgress {
    var consumed: Int
    var produced: Int
    /// Whether the member is complete; nothing of what follows has been consumed.
    var isComplete: Bool
}
