/// A sink which shows every byte to a closure, such as a digest's `update`, before it passes it on.
public final class TeeSink: ByteSink {
    private let next: (any ByteSink)?
    private let observe: (Span<UInt8>) throws -> Void

    /// How many bytes have passed.
    public private(set) var count: Int64 = 0

    /// Makes a sink in front of `next`.
    ///
    /// - Parameters:
    ///   - next: the sink which takes the bytes; without one they end here.
    ///   - observe: called with all bytes in order; what it throws is thrown to the writer.
    public init(to next: (any ByteSink)?, observe: @escaping (Span<UInt8>) throws -> Void = { _ in }) {
        self.next = next
        self.observe = observe
    }

    /// Shows `bytes` to the closure and passes them on.
    public func write(_ bytes: Span<UInt8>) throws {
        try observe(bytes)
        count += Int64(bytes.count)
        try next?.write(bytes)
    }

    /// Finishes the next sink.
    public func finish() throws {
        try next?.finish()
    }
}
