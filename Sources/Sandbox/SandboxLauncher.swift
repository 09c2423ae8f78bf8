internal import CSandbox
internal import Dispatch
internal import Synchronization
internal import SystemPackage

/// Runs processes in sandboxes: its own namespaces, an overlay or directory as root, few capabilities, a seccomp filter.
///
/// The work between fork and exec cannot be done in Swift, and a threaded process should not fork at all, so slipway
/// forks a *launcher* before it starts its first thread: one small single-threaded C process (`CSandbox/launcher.c`) which
/// clones every sandbox and reports its end over a socket.
///
/// - A `ProcessSpecification` is checked and turned into a `MountPlan` and then into a *program*, a flat sequence of steps
///   in memory (`ProgramEncoder`), which the sandbox's first process executes one after another (`CSandbox/child.c`).
/// - Mounts exist only inside a sandbox's own mount namespace; they vanish with its last process.
/// - The launcher ignores the terminal's signals. When slipway dies, even by SIGKILL, the socket closes: the launcher kills
///   every sandbox, deletes the directories it was told to guard, and exits.
///
///     let namespace = try UserNamespace.enterIfNeeded()   // the first two statements of main
///     let launcher = try SandboxLauncher.fork()
///     let end = try await launcher.run(specification, standardOutput: out, standardError: err)
public final class SandboxLauncher: Sendable {
    let control: Int32
    let process: Int32
    let state = Mutex(State())

    struct State {
        var nextID: UInt64 = 1
        var runs: [UInt64: Run] = [:]
        var isLost = false
        var reader: (any DispatchSourceRead)?
    }

    /// A process that was requested and has not ended.
    struct Run {
        var continuation: CheckedContinuation<Termination, any Error>
        var failure: SandboxError?
    }

    private init(control: Int32, process: Int32) {
        self.control = control
        self.process = process
    }

    /// Forks the launcher. To be called once, before the first thread starts and after `UserNamespace.enterIfNeeded()`.
    public static func fork() throws(SandboxError) -> SandboxLauncher {
        var control: Int32 = -1
        var process: Int32 = -1
        let error = unsafe csandbox_fork_launcher(&control, &process)
        guard error == 0 else {
            throw SandboxError(.system, "cannot start the sandbox launcher", cause: Errno(rawValue: error))
        }
        return SandboxLauncher(control: control, process: process)
    }
}
