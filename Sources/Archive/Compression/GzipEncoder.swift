/// Writes a gzip stream of members of 1 MiB, several of which are compressed at a time.
///
/// The writing thread fills members and hands them to at most `workers - 1` threads, which start when there is a second
/// member: most layers of a Dockerfile need none. When too many members wait, the writing thread compresses one itself
/// instead of sleeping. Members leave in the order they came in, so the bytes do not depend on the number of threads.
/// Memory: `2 * workers + 1` members with 2.1 MiB each.
final class GzipEncoder: StreamEncoder {
    private struct Queue {
        var waiting: [GzipMember] = []
        var done: [Int: GzipMember] = [:]
        var isClosed = false

        /// What a worker does next: `nil` to wait, or no member to end.
        var nextTask: GzipMember?? {
            mutating get {
                if isClosed { return .some(nil) }
                return waiting.isEmpty ? nil : .some(waiting.removeFirst())
            }
        }
    }

    private enum Task {
        case write(GzipMember)
        case encode(GzipMember)
    }

    private let sink: any ByteSink
    private let level: Int
    private let workers: Int
    private let encoder: GzipMemberEncoder
    private let queue = Monitor(Queue())
    private var threads: [WorkerThread] = []
    private var current: GzipMember
    private var spare: [GzipMember] = []
    private var submitted = 0
    private var written = 0

    init(level: Int, workers: Int, to sink: any ByteSink) throws(ArchiveError) {
        self.sink = sink
        self.level = level
        self.workers = workers
        encoder = try GzipMemberEncoder(level: level)
        current = GzipMember(outputCapacity: encoder.outputCapacity)
    }

    deinit {
        stopThreads()
    }

    func write(_ bytes: Span<UInt8>) throws {
        var start = 0
        while start < bytes.count {
            // A full member waits for one more byte, since the last member needs no thread.
            if current.isFull { try submit() }
            start += current.fill(from: bytes.extracting(start...))
        }
    }

    func flushMember() throws {
        if current.inputCount > 0 { try submit() }
    }

    func finish() throws {
        if submitted == 0 {
            encoder.encode(&current)
            try write(current)
            return
        }
        try flushMember()
        while written < submitted { try writeOldest() }
        stopThreads()
    }

    private func submit() throws {
        var member = current
        current = spare.popLast() ?? GzipMember(outputCapacity: encoder.outputCapacity)
        current.inputCount = 0
        member.index = submitted
        submitted += 1
        if threads.count < workers - 1 { startThread() }
        queue.withLock { $0.waiting.append(member) }
        while submitted - written > 2 * workers { try writeOldest() }
    }

    /// Writes the next member of the stream once it is there; until then works on what is waiting.
    private func writeOldest() throws {
        let next = written
        while true {
            let task = queue.wait { queue -> Task? in
                if let member = queue.done.removeValue(forKey: next) { return .write(member) }
                return queue.waiting.isEmpty ? nil : .encode(queue.waiting.removeFirst())
            }
            switch task {
            case .write(let member):
                try write(member)
                written += 1
                spare.append(member)
                return
            case .encode(var member):
                encoder.encode(&member)
                queue.withLock { $0.done[member.index] = member }
            }
        }
    }

    private func write(_ member: GzipMember) throws {
        guard member.outputCount > 0 else {
            throw ArchiveError(.compressionFailed, "libdeflate did not compress a member")
        }
        try sink.write(member.output.span.extracting(..<member.outputCount))
    }

    private func startThread() {
        let thread = WorkerThread { [queue, level] in
            // Without an encoder of its own the thread is of no use; the writing thread does the work.
            guard let encoder = try? GzipMemberEncoder(level: level) else { return }
            while var member = queue.wait(for: { $0.nextTask }) {
                encoder.encode(&member)
                queue.withLock { $0.done[member.index] = member }
            }
        }
        if let thread { threads.append(thread) }
    }

    private func stopThreads() {
        queue.withLock { $0.isClosed = true }
        for thread in threads { thread.join() }
        threads = []
    }
}
