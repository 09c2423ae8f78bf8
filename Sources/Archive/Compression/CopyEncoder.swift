/// Does not compress.
final class CopyEncoder: StreamEncoder {
    private let sink: any ByteSink

    init(to sink: any ByteSink) { self.sink = sink }

    func write(_ bytes: Span<UInt8>) throws { try sink.write(bytes) }

    func finish() throws {}
}
