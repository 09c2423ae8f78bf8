/// A stream of bytes to be read once, from its beginning to its end.
///
/// Sources block. A source is used by one task or thread at a time.
public protocol ByteSource: AnyObject {
    /// Reads into the beginning of `buffer`.
    ///
    /// - Returns: the number of bytes read: at least 1, or 0 at the end of the stream (or if `buffer` is empty).
    /// - Throws: ``ArchiveError`` or an error of the source's own.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int
}

extension ByteSource {
    /// Reads until `count` bytes are there or the stream ends.
    public func read(upTo count: Int) throws -> [UInt8] {
        try unsafe [UInt8](readingExactly: count) { try unsafe read(into: $0) }
    }

    /// Reads the stream to its end into memory.
    ///
    /// - Parameter limit: the greatest number of bytes to accept.
    /// - Throws: ``ArchiveError`` with the code `limitExceeded` when the stream is longer than `limit`.
    public func readAll(limit: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        while true {
            // One byte beyond the limit tells a longer stream from one that ends there.
            let room = limit - bytes.count
            let growth = max(bytes.count, 64 << 10)
            let chunk = try read(upTo: room < growth ? room + 1 : growth)
            if chunk.isEmpty { return bytes }
            bytes += chunk
            if bytes.count > limit {
                throw ArchiveError(.limitExceeded, "the stream is longer than \(limit) bytes")
            }
        }
    }

    /// Reads the stream to its end and hands all of it to `sink`, which is not finished.
    ///
    /// - Returns: the number of bytes copied.
    @discardableResult
    public func copy(to sink: any ByteSink) throws -> Int64 {
        var total: Int64 = 0
        var chunk = [UInt8](repeating: 0, count: 256 << 10)
        while true {
            let length = try unsafe chunk.withUnsafeMutableBytes { try unsafe read(into: $0) }
            if length == 0 { return total }
            try sink.write(chunk.span.extracting(..<length))
            total += Int64(length)
        }
    }
}

extension [UInt8] {
    /// Reads with `read` until `count` bytes are there or it returns 0.
    init(readingExactly count: Int, read: (UnsafeMutableRawBufferPointer) throws -> Int) rethrows {
        try unsafe self.init(unsafeUninitializedCapacity: count) { buffer, initialized in
            while initialized < count {
                let free = unsafe UnsafeMutableRawBufferPointer(buffer)[initialized..<count]
                let length = try unsafe read(UnsafeMutableRawBufferPointer(rebasing: free))
                if length == 0 { return }
                initialized += length
            }
        }
    }
}
