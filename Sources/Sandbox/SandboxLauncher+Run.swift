internal import CSandbox
internal import Dispatch
public import SystemPackage

extension SandboxLauncher {
    /// Runs a process and waits for its end and that of everything it left running.
    ///
    /// The descriptors stay the caller's, who may close them as soon as this returns. When the task is cancelled, the
    /// sandbox is killed and reaped first, then `CancellationError` is thrown.
    ///
    /// - Parameter standardInput: `/dev/null` if nil.
    /// - Throws: `SandboxError` if the process could not be started, `CancellationError`.
    public func run(
        _ specification: ProcessSpecification,
        standardInput: FileDescriptor? = nil,
        standardOutput: FileDescriptor,
        standardError: FileDescriptor
    ) async throws -> Termination {
        throw SandboxError(.system, "not yet")
    }

    /// Runs a process and hands on what it writes, in order for each stream, until both streams have ended.
    ///
    /// - Parameter onOutput: called on one queue, never at the same time; while it runs, the process waits once the pipe
    ///   (1 MiB) is full.
    /// - Throws: `SandboxError` if the process could not be started, `CancellationError`.
    public func run(
        _ specification: ProcessSpecification,
        standardInput: FileDescriptor? = nil,
        onOutput: @escaping @Sendable (SandboxOutput, [UInt8]) -> Void
    ) async throws -> Termination {
        throw SandboxError(.system, "not yet")
    }

    /// Has the launcher delete `directory` and all below it if slipway dies without `shutdown()`.
    public func cleanUpOnExit(_ directory: FilePath) throws(SandboxError) {
    }

    /// Takes back `cleanUpOnExit`, for a directory that is deleted or renamed.
    public func keepOnExit(_ directory: FilePath) throws(SandboxError) {
    }

    /// Kills what still runs, ends the launcher and waits for it. Deletes nothing. Further runs throw `.launcherLost`.
    public func shutdown() {
    }
}
