/// Gathers headers and small contents, so that the sink gets few and large pieces.
struct OutputBuffer {
    let sink: any ByteSink
    private var storage: [UInt8]
    private var count = 0
    private var flushed: Int64 = 0

    /// What is as large as this goes to the sink without being copied.
    private static let directSize = 64 << 10

    init(to sink: any ByteSink, capacity: Int = 256 << 10) {
        self.sink = sink
        storage = [UInt8](repeating: 0, count: capacity)
    }

    /// The number of bytes appended since the beginning.
    var position: Int64 { flushed + Int64(count) }

    mutating func append(_ bytes: Span<UInt8>) throws {
        if bytes.count > storage.count - count || bytes.count >= Self.directSize { try flush() }
        if bytes.count >= Self.directSize {
            try sink.write(bytes)
            flushed += Int64(bytes.count)
            return
        }
        unsafe storage.withUnsafeMutableBytes { storage in
            unsafe bytes.withUnsafeBytes { bytes in
                unsafe UnsafeMutableRawBufferPointer(rebasing: storage[count...]).copyMemory(from: bytes)
            }
        }
        count += bytes.count
    }

    /// Appends fewer than 64 Ki zeros.
    mutating func append(zeros number: Int) throws {
        try append(block: number) { _ in }
    }

    /// Appends `size` zero bytes, at most 64 Ki, which `fill` may change.
    mutating func append(block size: Int, fill: (inout MutableSpan<UInt8>) -> Void) throws {
        if size > storage.count - count { try flush() }
        unsafe storage.withUnsafeMutableBufferPointer { storage in
            let block = unsafe UnsafeMutableBufferPointer(rebasing: storage[count..<count + size])
            unsafe block.update(repeating: 0)
            var span = unsafe block.mutableSpan
            fill(&span)
        }
        count += size
    }

    /// Appends what `read` puts into the free space, at most `limit` bytes.
    ///
    /// - Returns: what `read` returned: the number of bytes.
    mutating func append(upTo limit: Int64, read: (UnsafeMutableRawBufferPointer) throws -> Int) throws -> Int {
        if limit > Int64(storage.count - count) { try flush() }
        let room = Int(min(limit, Int64(storage.count - count)))
        let length = try unsafe storage.withUnsafeMutableBytes { storage in
            try unsafe read(UnsafeMutableRawBufferPointer(rebasing: storage[count..<count + room]))
        }
        count += length
        return length
    }

    mutating func flush() throws {
        guard count > 0 else { return }
        try sink.write(storage.span.extracting(..<count))
        flushed += Int64(count)
        count = 0
    }
}
