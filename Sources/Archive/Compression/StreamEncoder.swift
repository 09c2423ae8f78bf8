/// One kind of compression behind a ``Compressor``. Encoders do not finish the sink they write to.
protocol StreamEncoder: AnyObject {
    /// Compresses all of `bytes`, now or later.
    func write(_ bytes: Span<UInt8>) throws
    /// Writes what is held back and the end of the stream.
    func finish() throws
}
