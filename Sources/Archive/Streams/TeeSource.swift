/// A source which shows every byte that is read to a closure, such as a digest's `update`.
public final class TeeSource: ByteSource {
    private let base: any ByteSource
    private let observe: (Span<UInt8>) throws -> Void

    /// How many bytes have passed.
    public private(set) var count: Int64 = 0

    /// Makes a source of what `base` reads.
    ///
    /// - Parameter observe: called with all bytes in order; what it throws is thrown to the reader.
    public init(of base: any ByteSource, observe: @escaping (Span<UInt8>) throws -> Void = { _ in }) {
        self.base = base
        self.observe = observe
    }

    /// Reads from the base and shows the closure what was read.
    public func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        let length = try unsafe base.read(into: buffer)
        if length > 0 {
            try unsafe observe(Span(_unsafeElements: buffer[..<length].bindMemory(to: UInt8.self)))
            count += Int64(length)
        }
        return length
    }
}
