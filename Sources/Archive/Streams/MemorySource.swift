/// A source which reads from an array.
public final class MemorySource: ByteSource {
    private let bytes: [UInt8]
    private var position = 0
    private let chunk: Int

    /// Makes a source of `bytes`.
    ///
    /// - Parameter chunk: the greatest number of bytes that one read returns.
    public init(_ bytes: [UInt8], chunk: Int = .max) {
        self.bytes = bytes
        self.chunk = max(1, chunk)
    }

    /// Reads the next bytes of the array.
    public func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        let length = min(buffer.count, bytes.count - position, chunk)
        unsafe bytes.withUnsafeBytes { source in
            unsafe buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: source[position..<position + length]))
        }
        position += length
        return length
    }
}
