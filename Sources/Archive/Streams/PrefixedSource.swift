/// A source which first repeats bytes that have been read before, and then goes on with the source they came from.
final class PrefixedSource: ByteSource {
    private let prefix: MemorySource
    private let base: any ByteSource

    init(_ prefix: [UInt8], before base: any ByteSource) {
        self.prefix = MemorySource(prefix)
        self.base = base
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        let length = try unsafe prefix.read(into: buffer)
        return length > 0 ? length : try unsafe base.read(into: buffer)
    }
}
