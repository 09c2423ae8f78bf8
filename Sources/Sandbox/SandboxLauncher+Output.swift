internal import CSandbox
internal import Dispatch
public import SystemPackage

extension SandboxLauncher {
    /// Runs a process and hands on what it writes, in order for each stream, until both streams have ended.
    ///
    /// - Parameters:
    ///   - standardInput: `/dev/null` if nil.
    ///   - signals: passed on to the process while it runs.
    ///   - onOutput: called on one queue, never at the same time; while it runs, the process waits once the pipe (up to
    ///     1 MiB) is full.
    /// - Throws: `SandboxError` if the process could not be started, `CancellationError`.
    public func run(
        _ specification: ProcessSpecification,
        standardInput: FileDescriptor? = nil,
        signals: AsyncStream<Int32>? = nil,
        onOutput: @escaping @Sendable (SandboxOutput, [UInt8]) -> Void
    ) async throws -> Termination {
        let queue = DispatchQueue(label: "slipway.sandbox.output")
        let output = try OutputPipe(queue: queue) { onOutput(.standardOutput, $0) }
        let error: OutputPipe
        do {
            error = try OutputPipe(queue: queue) { onOutput(.standardError, $0) }
        } catch {
            await output.finish()
            throw error
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
        await output.finish()
        await error.finish()
        return try result.get()
    }
}

/// One pipe into which a sandbox writes, and its reader.
private struct OutputPipe {
    let writeEnd: FileDescriptor
    private let end: AsyncStream<Never>

    init(queue: DispatchQueue, onBytes: @escaping @Sendable ([UInt8]) -> Void) throws(SandboxError) {
        var readEnd: Int32 = -1
        var writeEnd: Int32 = -1
        let error = unsafe csandbox_pipe(&readEnd, &writeEnd)
        guard error == 0 else {
            throw SandboxError(.system, "cannot make a pipe", cause: Errno(rawValue: error))
        }
        self.writeEnd = FileDescriptor(rawValue: writeEnd)
        let (end, continuation) = AsyncStream.makeStream(of: Never.self)
        self.end = end
        let descriptor = readEnd
        let source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: queue)
        source.setEventHandler {
            let chunk = Self.read(descriptor)
            guard let chunk else { return }
            if chunk.isEmpty { source.cancel() } else { onBytes(chunk) }
        }
        source.setCancelHandler {
            csandbox_close(descriptor)
            continuation.finish()
        }
        source.activate()
    }

    /// Closes the write end and waits until everything written is handed on.
    func finish() async {
        csandbox_close(writeEnd.rawValue)
        for await _ in end {}
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
