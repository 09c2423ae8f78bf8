/// A sink which collects everything in an array.
public final class MemorySink: ByteSink {
    /// What has been written.
    public private(set) var bytes: [UInt8] = []

    /// Makes an empty sink.
    public init() {}

    /// Appends `bytes`.
    public func write(_ bytes: Span<UInt8>) throws {
        unsafe bytes.withUnsafeBufferPointer { unsafe self.bytes.append(contentsOf: $0) }
    }

    /// Does nothing.
    public func finish() throws {}
}
