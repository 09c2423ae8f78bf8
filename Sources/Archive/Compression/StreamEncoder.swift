/// One kind of compression behind a ``Compressor``. Encoders do not finish the sink they write to.
protocol StreamEncoder: AnyObject {
    /// Compresses all of `bytes`, now or later.
    func write(_ bytes: Span<UInt8>) throws
    /// Ends the current member or frame, unless it is empty, so that the next byte begins a new one.
    func flushMember() throws
    /// Writes what is held back and the end of the stream.
    func finish() throws
}
