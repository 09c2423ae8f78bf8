internal import CSandbox
internal import Dispatch
internal import Glibc
public import SystemPackage

extension SandboxLauncher {
    /// Runs a process and hands on what it writes, in order for each stream, until both streams have ended.
    ///
    /// - Parameters:
    ///   - standardInput: `/dev/null` if nil.
    ///   - signals: as for the other `run`.
    ///   - onOutput: called on one thread, never at the same time; while it runs, the process waits once the pipe
    ///     (up to 1 MiB) is full.
    /// - Throws: `SandboxError` if the process could not be started, `CancellationError`.
    public func run(
        _ specification: ProcessSpecification,
        standardInput: FileDescriptor? = nil,
        signals: AsyncStream<Int32>? = nil,
        onOutput: @escaping @Sendable (SandboxOutput, [UInt8]) -> Void
    ) async throws -> Termination {
        let pipes = try OutputPipes()
        let end = pipes.read(onOutput)
        let result: Result<Termination, any Error>
        do {
            result = .success(
                try await run(
                    specification, standardInput: standardInput, standardOutput: pipes.output.writeEnd,
                    standardError: pipes.error.writeEnd, signals: signals))
        } catch {
            result = .failure(error)
        }
        // Nobody else holds the write ends any more: the sandbox is dead to the last process.
        csandbox_close(pipes.output.writeEnd.rawValue)
        csandbox_close(pipes.error.writeEnd.rawValue)
        for await _ in end {}
        return try result.get()
    }
}

/// The pipes into which a sandbox writes, and the thread that reads them.
///
/// A thread that waits in poll(2), not a dispatch source: when the writer hangs up while data is there, libdispatch (Swift
/// 6.3.1, Linux) lets the handler's thread free the source's registration that its event thread still walks through, and
/// the process crashes in `_dispatch_event_loop_drain`, about one build in five with three `RUN`s at a time.
private struct OutputPipes {
    struct Pipe {
        let readEnd: Int32
        let writeEnd: FileDescriptor

        init() throws(SandboxError) {
            var readEnd: Int32 = -1
            var writeEnd: Int32 = -1
            let error = unsafe csandbox_pipe(&readEnd, &writeEnd)
            guard error == 0 else {
                throw SandboxError(.system, "cannot make a pipe", cause: Errno(rawValue: error))
            }
            self.readEnd = readEnd
            self.writeEnd = FileDescriptor(rawValue: writeEnd)
        }
    }

    let output: Pipe
    let error: Pipe

    init() throws(SandboxError) {
        output = try Pipe()
        do {
            error = try Pipe()
        } catch {
            csandbox_close(output.readEnd)
            csandbox_close(output.writeEnd.rawValue)
            throw error
        }
    }

    /// Hands on everything that is written until the write ends are closed, then closes the read ends and finishes the
    /// stream.
    func read(_ onOutput: @escaping @Sendable (SandboxOutput, [UInt8]) -> Void) -> AsyncStream<Never> {
        let (end, continuation) = AsyncStream.makeStream(of: Never.self)
        let readEnds = [output.readEnd, error.readEnd]
        // A serial queue of its own has a thread of its own, which may block.
        DispatchQueue(label: "slipway.sandbox.output").async {
            // poll(2) passes over negative descriptors: those of streams that have ended.
            var waiting = readEnds.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            while waiting.contains(where: { $0.fd >= 0 }) {
                let ready = unsafe poll(&waiting, nfds_t(waiting.count), -1)
                if ready < 0, errno != EINTR { break }
                for (index, stream) in [SandboxOutput.standardOutput, .standardError].enumerated()
                where ready > 0 && waiting[index].revents != 0 {
                    guard let chunk = Self.chunk(of: readEnds[index]) else { continue }
                    if chunk.isEmpty { waiting[index].fd = -1 } else { onOutput(stream, chunk) }
                }
            }
            for readEnd in readEnds { csandbox_close(readEnd) }
            continuation.finish()
        }
        return end
    }

    /// What there is to read, up to 64 KiB; nil if nothing right now, empty at the end.
    private static func chunk(of descriptor: Int32) -> [UInt8]? {
        var error: Int64 = 0
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: 65536) { buffer, count in
            let result = unsafe csandbox_read(descriptor, buffer.baseAddress, buffer.count)
            count = max(0, Int(result))
            error = min(0, result)
        }
        return error == -Int64(Errno.resourceTemporarilyUnavailable.rawValue) ? nil : bytes
    }
}
