/// A source which reads another one in a thread of its own, a little ahead of its reader.
///
/// Put behind a ``Decompressor`` it lets decompressing run beside what is done with the contents, such as taking a digest
/// and writing files. It holds at most 1 MiB. The thread ends with the base's end or its first error, or when this object
/// goes; a thread that blocks in a read of the base, such as one from a pipe, delays that until the read returns.
public final class ReadAheadSource: ByteSource {
    private struct Piece {
        var bytes: [UInt8]
        var count = 0
    }

    private struct Queue {
        var filled: [Piece] = []
        var empty: [Piece]
        /// Set once the thread has ended: with `nil` at the end of the base.
        var end: Result<Void, any Error>?
        var isClosed = false
    }

    /// The base, on its way into the thread.
    ///
    /// Why the `@unchecked Sendable` holds: the base was sent here, so nobody else has it, and only the thread uses it.
    private struct Handover: @unchecked Sendable {
        let base: any ByteSource
    }

    private static let pieceSize = 256 << 10
    private static let pieceCount = 4

    private let queue: Monitor<Queue>
    private var thread: WorkerThread?
    private var current = Piece(bytes: [])
    private var position = 0
    private var hasEnded = false

    /// Begins to read `base`, which nobody else may use any more.
    ///
    /// - Throws: ``ArchiveError`` with the code `inputOutput` when the system has no thread to give.
    public init(_ base: sending any ByteSource) throws(ArchiveError) {
        let pieces = (0..<Self.pieceCount).map { _ in Piece(bytes: [UInt8](repeating: 0, count: Self.pieceSize)) }
        queue = Monitor(Queue(empty: pieces))
        let handover = Handover(base: base)
        thread = WorkerThread { [queue] in Self.fill(queue, from: handover.base) }
        if thread == nil { throw ArchiveError(.inputOutput, "cannot start a thread") }
    }

    deinit {
        queue.withLock { $0.isClosed = true }
        thread?.join()
    }

    private static func fill(_ queue: Monitor<Queue>, from base: any ByteSource) {
        do {
            while var piece = queue.wait(for: { queue -> Piece?? in
                if queue.isClosed { return .some(nil) }
                return queue.empty.popLast().map { .some($0) }
            }) {
                piece.count = try unsafe piece.bytes.withUnsafeMutableBytes { try unsafe base.read(into: $0) }
                if piece.count == 0 { break }
                queue.withLock { $0.filled.append(piece) }
            }
            queue.withLock { $0.end = .success(()) }
        } catch {
            queue.withLock { $0.end = .failure(error) }
        }
    }

    /// Reads the next bytes, and waits for them if need be.
    ///
    /// - Throws: what the base has thrown, once everything before has been read.
    public func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        if buffer.count == 0 || hasEnded { return 0 }
        if position == current.count, try !advance() {
            hasEnded = true
            return 0
        }
        let count = min(buffer.count, current.count - position)
        unsafe current.bytes.withUnsafeBytes { bytes in
            let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[position..<position + count])
            unsafe buffer.copyMemory(from: rest)
        }
        position += count
        return count
    }

    /// Gives back the piece that has been read and waits for the next one.
    ///
    /// - Returns: whether there is one.
    private func advance() throws -> Bool {
        let used = current
        current = Piece(bytes: [])
        position = 0
        if !used.bytes.isEmpty { queue.withLock { $0.empty.append(used) } }
        let next = queue.wait { queue -> Result<Piece?, any Error>? in
            if !queue.filled.isEmpty { return .success(queue.filled.removeFirst()) }
            return queue.end.map { $0.map { nil } }
        }
        guard let piece = try next.get() else { return false }
        current = piece
        return true
    }
}
