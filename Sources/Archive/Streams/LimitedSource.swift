/// A source which ends after a number of bytes, whatever follows in the source beneath it.
public final class LimitedSource: ByteSource {
    private let base: any ByteSource

    /// How many bytes may still be read.
    public private(set) var remaining: Int64

    /// Makes a source of the next `limit` bytes of `base`.
    public init(_ base: any ByteSource, limit: Int64) {
        self.base = base
        remaining = max(0, limit)
    }

    /// Reads from the base, but not beyond the limit.
    public func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        let count = Int(min(Int64(buffer.count), remaining))
        let length = try unsafe base.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<count]))
        remaining -= Int64(length)
        return length
    }
}
