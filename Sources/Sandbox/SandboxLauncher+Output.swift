internal import CSandbox
internal import Dispatch
internal import Glibc
internal import Synchronization
public import SystemPackage

extension SandboxLauncher {
    /// Runs a process and hands on what it writes, in order for each stream, until both streams have ended.
    ///
    /// - Parameters:
    ///   - standardInput: `/dev/null` if nil.
    ///   - signals: passed on to the process while it runs.
    ///   - onOutput: called on one thread; while it runs, the process waits once the pipe (up to
    ///     1 MiB) is full.
    /// - Throws: `SandboxError` if the process could not be started, `CancellationError`.
    public func run(
        _ specification: ProcessSpecification,
        standardInput: FileDescriptor? = nil,
        signals: AsyncStream<Int32>? = nil,
        onOutput: @escaping @Sendable (SandboxOutput, [UInt8]) -> Void
    ) async throws -> Termination {
        let output = try OutputPipe()
        let error = try OutputPipe()
        // A thread of its own: it does nothing but wait, and what it waits for may need the threads of Swift's pool.
        let queue = DispatchQueue(label: "slipway.sandbox.output")
        async let drained: Void = withCheckedContinuation { continuation in
            queue.async {
                OutputPipe.drain([(output, .standardOutput), (error, .standardError)], onOutput)
                continuation.resume()
            }
        }
        let result: Result<Termination, any Error>
        do {
            result = .success(
                try await run(
                    specification, standardInput: standardInput, standardOutput: output.writeEnd,
                    standardError: error.writeEnd, signals: signals))
        } catch {
            result = .failure(error)
        }
        // Nobody else holds the write ends any more: the sandbox is dead to the last process.
        output.closeWriteEnd()
        error.closeWriteEnd()
        await drained
        return try result.get()
    }
}

/// One pipe into which a sandbox writes.
private final class OutputPipe: Sendable {
    private let readEnd: Int32
    private let writeDescriptor: Int32
    private let isWriteEndOpen = Atomic(true)

    init() throws(SandboxError) {
        var readEnd: Int32 = -1
        var writeEnd: Int32 = -1
        let error = unsafe csandbox_pipe(&readEnd, &writeEnd)
        guard error == 0 else {
            throw SandboxError(.system, "cannot make a pipe", cause: Errno(rawValue: error))
        }
        self.readEnd = readEnd
        writeDescriptor = writeEnd
    }

    deinit {
        closeWriteEnd()
        csandbox_close(readEnd)
    }

    var writeEnd: FileDescriptor { FileDescriptor(rawValue: writeDescriptor) }

    func closeWriteEnd() {
        if isWriteEndOpen.exchange(false, ordering: .acquiringAndReleasing) { csandbox_close(writeDescriptor) }
    }

    /// Hands on what is written to pipes, in order for each, until all of them have ended. Blocks.
    static func drain(
        _ pipes: [(OutputPipe, SandboxOutput)], _ onOutput: (SandboxOutput, [UInt8]) -> Void
    ) {
        var open = pipes
        while !open.isEmpty {
            var polled = open.map { pollfd(fd: $0.0.readEnd, events: Int16(POLLIN), revents: 0) }
            // Interrupted by a signal, it says that nothing is there, and is asked again.
            _ = unsafe poll(&polled, nfds_t(polled.count), -1)
            var remaining: [(OutputPipe, SandboxOutput)] = []
            for (pipe, state) in zip(open, polled) {
                guard state.revents != 0 else {
                    remaining.append(pipe)
                    continue
                }
                let chunk = read(pipe.0.readEnd)
                if let chunk, !chunk.isEmpty { onOutput(pipe.1, chunk) }
                if chunk?.isEmpty != true { remaining.append(pipe) }
            }
            open = remaining
        }
    }

    /// What there is to read, up to 64 KiB; nil if nothing right now, empty at the end.
    private static func read(_ descriptor: Int32) -> [UInt8]? {
        var error: Int64 = 0
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: 65536) { buffer, count in
            let result = unsafe csandbox_read(descriptor, buffer.baseAddress, buffer.count)
            count = max(0, Int(result))
            error = min(0, result)
        }
        return error == -Int64(Errno.resourceTemporarilyUnavailable.rawValue) ? nil : bytes
    }
}
