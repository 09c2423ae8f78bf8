internal import NIOCore

/// A part of a file, piece by piece, as fast as it is taken.
struct FileChunks: AsyncSequence, Sendable {
    let file: OpenFile
    let range: Range<Int64>
    /// Told how many bytes have been taken.
    let sent: @Sendable (Int64) -> Void

    /// The size of a piece in bytes.
    private static let pieceSize = 256 << 10

    func makeAsyncIterator() -> Iterator { Iterator(chunks: self, offset: range.lowerBound) }

    struct Iterator: AsyncIteratorProtocol {
        let chunks: FileChunks
        var offset: Int64

        mutating func next() async throws -> ByteBuffer? {
            chunks.sent(offset - chunks.range.lowerBound)
            let wanted = Int(Swift.min(Int64(FileChunks.pieceSize), chunks.range.upperBound - offset))
            guard wanted > 0 else { return nil }
            var buffer = ByteBufferAllocator().buffer(capacity: wanted)
            let position = offset
            let count = try buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: wanted) { space in
                try chunks.file.read(
                    at: position, into: UnsafeMutableRawBufferPointer(rebasing: space[..<wanted]))
            }
            guard count > 0 else {
                throw TransferError(.invalidConfiguration, "a file became shorter while it was being sent")
            }
            offset += Int64(count)
            return buffer
        }
    }
}
