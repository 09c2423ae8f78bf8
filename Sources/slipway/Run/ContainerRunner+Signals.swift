import Sandbox
import SystemPackage

/// The descriptors that a container's process gets as its own.
struct StandardStreams: Sendable {
    /// `nil` for `/dev/null`.
    var input: FileDescriptor?
    var output: FileDescriptor
    var error: FileDescriptor
}

extension ContainerRunner {
    /// How long a process may take to stop, as with `docker stop`.
    private static let patience = Duration.seconds(10)

    /// Runs a process and hands on signals: the first one as the one that stops it, the second one kills it.
    ///
    /// - Returns: how it ended; nil if it was killed because it did not stop.
    static func run(
        _ specification: ProcessSpecification, stopSignal: Int32, _ streams: StandardStreams,
        signals: AsyncStream<Int32>, _ launcher: SandboxLauncher
    ) async throws -> ExitStatus? {
        let (forwarded, continuation) = AsyncStream.makeStream(of: Int32.self)
        let process = Task {
            try await launcher.run(
                specification, standardInput: streams.input, standardOutput: streams.output,
                standardError: streams.error, signals: forwarded)
        }
        let watch = Task {
            var deadline: Task<Void, Never>?
            for await _ in signals {
                guard deadline == nil else {
                    process.cancel()
                    break
                }
                continuation.yield(stopSignal)
                deadline = Task {
                    // Ends early when the process has stopped, and then must not kill.
                    do { try await Task.sleep(for: Self.patience) } catch { return }
                    process.cancel()
                }
            }
            deadline?.cancel()
        }
        defer { watch.cancel() }
        do {
            return try await process.value.status
        } catch is CancellationError {
            return nil
        }
    }
}
