/// Reads blocks out of large pieces of the source, and counts the bytes.
struct InputBuffer {
    private let source: any ByteSource
    private var storage: [UInt8]
    private var start = 0
    private var end = 0
    private var hasEnded = false
    /// The number of bytes taken since the beginning.
    private(set) var offset: Int64 = 0

    init(_ source: any ByteSource, capacity: Int = 128 << 10) {
        self.source = source
        storage = [UInt8](repeating: 0, count: capacity)
    }

    /// How many bytes are there to be taken.
    var available: Int { end - start }

    /// Makes `count` bytes available, unless the source ends before that. The storage grows if need be.
    ///
    /// - Returns: the number of bytes available, at most `count`.
    mutating func fill(_ count: Int) throws -> Int {
        if available >= count || hasEnded { return min(available, count) }
        if start + count > storage.count { makeRoom(for: count) }
        while available < count {
            let length = try unsafe storage.withUnsafeMutableBytes {
                try unsafe source.read(into: UnsafeMutableRawBufferPointer(rebasing: $0[end...]))
            }
            hasEnded = length == 0
            if hasEnded { break }
            end += length
        }
        return min(available, count)
    }

    /// Moves what is available to the front of the storage, which is made twice as large as `count` at least, so that this
    /// does not happen for each small piece that is taken.
    private mutating func makeRoom(for count: Int) {
        unsafe storage.withUnsafeMutableBytes { storage in
            let rest = unsafe UnsafeRawBufferPointer(rebasing: storage[start..<end])
            unsafe storage.copyMemory(from: rest)
        }
        end -= start
        start = 0
        if storage.count < 2 * count { storage += [UInt8](repeating: 0, count: 2 * count - storage.count) }
    }

    /// Takes the next `count` bytes, which must be available.
    mutating func take<Result>(_ count: Int, body: (Span<UInt8>) throws -> Result) rethrows -> Result {
        let range = start..<start + count
        start += count
        offset += Int64(count)
        return try body(storage.span.extracting(range))
    }

    /// Looks at the next `count` bytes, which a call of ``fill(_:)`` has made available.
    func peek<Result>(_ count: Int, body: (Span<UInt8>) throws -> Result) rethrows -> Result {
        try body(storage.span.extracting(start..<start + count))
    }

    /// Lets `body` see all bytes that are available, and takes as many as it says.
    mutating func consume<Result>(
        body: (UnsafeRawBufferPointer) throws -> (count: Int, result: Result)
    ) rethrows -> Result {
        let (count, result) = try unsafe storage.withUnsafeBytes { storage in
            try unsafe body(UnsafeRawBufferPointer(rebasing: storage[start..<end]))
        }
        start += count
        offset += Int64(count)
        return result
    }

    /// Reads at least one byte, or 0 at the end; large pieces go past the storage.
    mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        var length = min(buffer.count, end - start)
        if length > 0 {
            unsafe storage.withUnsafeBytes { storage in
                let rest = unsafe UnsafeRawBufferPointer(rebasing: storage[start..<start + length])
                unsafe buffer.copyMemory(from: rest)
            }
            start += length
        } else if buffer.count >= storage.count {
            length = try unsafe source.read(into: buffer)
        } else if buffer.count > 0, try fill(1) > 0 {
            return try unsafe read(into: buffer)
        }
        offset += Int64(length)
        return length
    }

    /// Skips `count` bytes.
    ///
    /// - Returns: how many of them the source did not have.
    mutating func skip(_ count: Int64) throws -> Int64 {
        var rest = count
        while rest > 0 {
            if start == end, try fill(1) == 0 { return rest }
            let length = Int(min(rest, Int64(end - start)))
            start += length
            offset += Int64(length)
            rest -= Int64(length)
        }
        return 0
    }

    /// Reads the source to its end.
    mutating func drain() throws {
        while try skip(.max) == 0 {}
    }
}
