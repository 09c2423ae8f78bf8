internal import CSandbox
internal import Glibc
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
/// The first two statements of main, and later, anywhere:
///
///     let namespace = try UserNamespace.enterIfNeeded()
///     let launcher = try SandboxLauncher.fork(in: namespace)
///     …
///     let end = try await launcher.run(specification, standardOutput: output, standardError: errors)
public final class SandboxLauncher: Sendable {
    /// The control socket; it stays open as long as the process lives, since its end is what the launcher watches.
    let control: Int32
    let process: Int32
    let namespace: UserNamespace
    /// Whether files can have the owners that images give them, so that what a step writes needs no notes beside it.
    public var canOwnFiles: Bool { namespace.canOwnFiles }
    /// How far what it runs is separated from the machine.
    public let isolation: Isolation
    let state = Mutex(State())

    struct State {
        var nextID: UInt64 = 1
        var runs: [UInt64: Run] = [:]
        /// Whether replies are received: from the first run on, since nothing may start a thread before.
        var isListening = false
        /// The launcher is gone.
        var isLost = false
        /// Made for the first confined run.
        var filter: MemoryFile?
        /// Made for the first run that has a notifier.
        var notificationFilter: MemoryFile?
        var host: HostFacts?
    }

    /// A process that was requested and has not ended.
    struct Run {
        var continuation: CheckedContinuation<Termination, any Error>
        var failure: SandboxError?
        /// What it was asked to run, for the error's text.
        var command: String
        /// Signals for it, and the task that passes them on.
        var signals: AsyncStream<Int32>?
        var forwarding: Task<Void, Never>?
    }

    private init(control: Int32, process: Int32, _ namespace: UserNamespace) {
        self.control = control
        self.process = process
        self.namespace = namespace
        let refusal: SandboxError? = if case .refused(let error) = namespace.mapping { error } else { nil }
        isolation = Isolation.of(Capabilities.effective, isRoot: geteuid() == 0, refusal: refusal)
    }

    /// Forks the launcher. To be called once, before the first thread starts and after `UserNamespace.enterIfNeeded()`.
    ///
    /// - Parameter namespace: the user namespace that this process is in.
    public static func fork(in namespace: UserNamespace = .initial) throws(SandboxError) -> SandboxLauncher {
        var control: Int32 = -1
        var process: Int32 = -1
        let error = unsafe csandbox_fork_launcher(&control, &process)
        guard error == 0 else {
            throw SandboxError(.system, "cannot start the sandbox launcher", cause: Errno(rawValue: error))
        }
        return SandboxLauncher(control: control, process: process, namespace)
    }

    /// Sends one message; returns an errno.
    func send(
        _ kind: csandbox_request_kind, id: UInt64 = 0, value: UInt32 = 0, payload: [UInt8] = [],
        descriptors: [Int32] = []
    ) -> Int32 {
        var request = csandbox_request(kind: kind.rawValue, value: value, id: id)
        return unsafe csandbox_send(control, &request, payload, payload.count, descriptors, descriptors.count)
    }
}

/// `CLONE_NEW*`.
struct Namespaces: OptionSet {
    var rawValue: UInt32
    static let mount = Namespaces(rawValue: 0x0002_0000)
    static let controlGroup = Namespaces(rawValue: 0x0200_0000)
    static let hostName = Namespaces(rawValue: 0x0400_0000)
    static let interprocess = Namespaces(rawValue: 0x0800_0000)
    static let process = Namespaces(rawValue: 0x2000_0000)
    static let network = Namespaces(rawValue: 0x4000_0000)
}

/// A file in memory that another process writes.
final class MemoryLog: Sendable {
    let descriptor: Int32

    init() throws(SandboxError) {
        descriptor = unsafe csandbox_empty_memory_file("slipway-owners")
        guard descriptor >= 0 else {
            throw SandboxError(.system, "cannot make a file in memory", cause: Errno(rawValue: -descriptor))
        }
    }

    deinit { csandbox_close(descriptor) }

    /// What was written so far.
    func contents() throws(SandboxError) -> [UInt8] {
        let file = FileDescriptor(rawValue: descriptor)
        do {
            let size = try Int(file.seek(offset: 0, from: .end))
            try file.seek(offset: 0, from: .start)
            return try unsafe [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
                count = try unsafe file.read(into: UnsafeMutableRawBufferPointer(buffer))
            }
        } catch {
            throw SandboxError(.system, "cannot read a file in memory", cause: error as? Errno)
        }
    }
}

/// A descriptor of a file in memory, closed when its last user lets go of it.
final class MemoryFile: Sendable {
    let descriptor: Int32

    init(name: String, bytes: [UInt8]) throws(SandboxError) {
        let result = unsafe csandbox_memory_file(name, bytes, bytes.count)
        guard result >= 0 else {
            throw SandboxError(.system, "cannot make a file in memory", cause: Errno(rawValue: -result))
        }
        descriptor = result
    }

    deinit { csandbox_close(descriptor) }
}
