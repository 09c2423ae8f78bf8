import Archive

/// A `ByteOutput` as the end of a stream of bytes.
final class OutputSink: ByteSink {
    private let output: ByteOutput

    init(_ output: ByteOutput) { self.output = output }

    func write(_ bytes: Span<UInt8>) throws {
        try output.write(bytes.withUnsafeBufferPointer { Array($0) })
    }

    func finish() {}
}
