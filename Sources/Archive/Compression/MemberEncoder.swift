/// Writes a stream of members of at most 1 MiB, several of which are compressed at a time.
///
/// The writing thread fills members and hands them to at most `workers - 1` threads, which start when there is a second
/// member: most layers of a Dockerfile need none. When too many members wait, the writing thread compresses one itself
/// instead of sleeping. Members leave in the order they came in, so the bytes do not depend on the number of threads.
/// Memory: `2 * workers + 1` members with 2.1 MiB each.
final class MemberEncoder: StreamEncoder {
    private struct Queue {
        var waiting: [Member] = []
        var done: [Int: Member] = [:]
        var isClosed = false

        /// What a worker does next: `nil` to wait, or no member to end.
        var nextTask: Member?? {
            mutating get {
                if isClosed { return .some(nil) }
                return waiting.isEmpty ? nil : .some(waiting.removeFirst())
            }
        }
    }

    private enum Task {
        case write(Member)
        case encode(Member)
    }

    /// Where every member stands that was given a key, in the order of the stream.
    private(set) var places: [MemberPlace] = []

    private let sink: any ByteSink
    private let workers: Int
    private let makeCoder: @Sendable () throws(ArchiveError) -> any MemberCoder
    private let coder: any MemberCoder
    private let kept: KeptMembers?
    private let queue = Monitor(Queue())
    private var threads: [WorkerThread] = []
    private var current: Member
    private var spare: [Member] = []
    private var submitted = 0
    private var written = 0
    private var position: Int64 = 0

    init(
        workers: Int, kept: KeptMembers?, to sink: any ByteSink,
        coder makeCoder: @escaping @Sendable () throws(ArchiveError) -> any MemberCoder
    ) throws(ArchiveError) {
        self.sink = sink
        self.workers = workers
        self.kept = kept
        self.makeCoder = makeCoder
        coder = try makeCoder()
        current = Member(outputCapacity: coder.outputCapacity)
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

    /// Ends the current member, unless it is empty, so that the next byte begins a new one.
    func flushMember() throws {
        if current.inputCount > 0 { try submit() }
    }

    func finish() throws {
        if submitted == 0 {
            Self.encode(&current, coder, kept)
            try write(current)
            return
        }
        try flushMember()
        while written < submitted { try writeOldest() }
        stopThreads()
    }

    private func submit() throws {
        var member = current
        current = spare.popLast() ?? Member(outputCapacity: coder.outputCapacity)
        current.reset()
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
                Self.encode(&member, coder, kept)
                queue.withLock { $0.done[member.index] = member }
            }
        }
    }

    private func write(_ member: Member) throws {
        guard member.outputCount > 0 else {
            throw ArchiveError(.compressionFailed, "a part of the stream could not be compressed")
        }
        try sink.write(member.output.span.extracting(..<member.outputCount))
        if let key = member.key {
            places.append(MemberPlace(key: key, offset: position, length: member.outputCount))
        }
        position += Int64(member.outputCount)
    }

    private static func encode(_ member: inout Member, _ coder: any MemberCoder, _ kept: KeptMembers?) {
        if let kept, member.inputCount >= KeptMembers.leastSize {
            let key = kept.key(member.input.span.extracting(..<member.inputCount))
            member.key = key
            if let bytes = kept.find(key), bytes.count <= member.output.count, coder.accepts(bytes, for: member) {
                member.output.replaceSubrange(..<bytes.count, with: bytes)
                member.outputCount = bytes.count
                return
            }
        }
        coder.encode(&member)
    }

    private func startThread() {
        let thread = WorkerThread { [queue, makeCoder, kept] in
            // Without a coder of its own the thread is of no use; the writing thread does the work.
            guard let coder = try? makeCoder() else { return }
            while var member = queue.wait(for: { $0.nextTask }) {
                Self.encode(&member, coder, kept)
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
