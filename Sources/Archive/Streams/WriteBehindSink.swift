/// A sink which hands what it gets to another one in a thread of its own, a little behind its writer.
///
/// Put in front of digests and a ``Compressor`` it lets these work beside whoever reads the files. It holds at most 1 MiB.
/// The thread starts when 256 KiB have come: a shorter stream is not worth one, and goes on in the thread of the writer.
public final class WriteBehindSink: ByteSink {
    private struct Piece {
        var bytes: [UInt8]
        var count = 0
    }

    private struct Queue {
        var filled: [Piece] = []
        var empty: [Piece] = []
        /// What the next sink threw; nothing is handed to it after that.
        var error: (any Error)?
        var isClosed = false
    }

    /// The next sink, on its way into the thread.
    ///
    /// Why the `@unchecked Sendable` holds: the writer leaves the sink alone from the start of the thread until all pieces
    /// are written and the thread has ended.
    private struct Handover: @unchecked Sendable {
        let next: any ByteSink
    }

    private static let pieceSize = 256 << 10
    private static let pieceCount = 4

    private let next: any ByteSink
    private let queue = Monitor(Queue())
    private var thread: WorkerThread?
    private var current = Piece(bytes: [])
    private var made = 0

    /// Makes a sink in front of `next`, which nobody may use until this one is finished or gone.
    public init(to next: any ByteSink) {
        self.next = next
    }

    deinit {
        end()
    }

    /// Takes all of `bytes`, and waits where the next sink is slow.
    ///
    /// - Throws: what the next sink has thrown, maybe for earlier bytes.
    public func write(_ bytes: Span<UInt8>) throws {
        var start = 0
        while start < bytes.count {
            if current.count == Self.pieceSize { try submit() }
            if current.bytes.isEmpty { current = try emptyPiece() }
            let filled = current.count
            let length = min(bytes.count - start, Self.pieceSize - filled)
            unsafe current.bytes.withUnsafeMutableBytes { target in
                unsafe bytes.extracting(start..<start + length).withUnsafeBytes { source in
                    unsafe target[filled...].copyBytes(from: source)
                }
            }
            current.count += length
            start += length
        }
    }

    /// Waits until the next sink has got everything, and finishes it.
    public func finish() throws {
        if thread != nil { try submit() }
        end()
        if let error = queue.withLock({ $0.error }) { throw error }
        let last = current
        if last.count > 0 { try next.write(last.bytes.span.extracting(..<last.count)) }
        try next.finish()
    }

    /// Hands on the current piece.
    private func submit() throws {
        if thread == nil {
            let handover = Handover(next: next)
            thread = WorkerThread { [queue] in Self.drain(queue, to: handover.next) }
            guard thread != nil else { throw ArchiveError(.inputOutput, "cannot start a thread") }
        }
        let piece = current
        current = Piece(bytes: [])
        if piece.count > 0 { queue.withLock { $0.filled.append(piece) } }
    }

    private func emptyPiece() throws -> Piece {
        if made < Self.pieceCount {
            made += 1
            return Piece(bytes: [UInt8](repeating: 0, count: Self.pieceSize))
        }
        return try queue.wait { queue -> Result<Piece, any Error>? in
            if let error = queue.error { return .failure(error) }
            return queue.empty.popLast().map { .success($0) }
        }.get()
    }

    /// Has the thread write what it has got, and waits for its end.
    private func end() {
        queue.withLock { $0.isClosed = true }
        thread?.join()
        thread = nil
    }

    private static func drain(_ queue: Monitor<Queue>, to next: any ByteSink) {
        while var piece = queue.wait(for: { queue -> Piece?? in
            if !queue.filled.isEmpty { return .some(queue.filled.removeFirst()) }
            return queue.isClosed ? .some(nil) : nil
        }) {
            do {
                try next.write(piece.bytes.span.extracting(..<piece.count))
            } catch {
                queue.withLock {
                    $0.error = error
                    $0.filled = []
                }
                return
            }
            piece.count = 0
            queue.withLock { $0.empty.append(piece) }
        }
    }
}
