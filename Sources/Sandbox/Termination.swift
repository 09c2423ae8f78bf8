/// How a sandboxed process ended.
public enum ExitStatus: Sendable, Hashable, CustomStringConvertible {
    /// It called exit; 0 ... 255.
    case exited(UInt8)
    /// A signal killed it.
    case signaled(Int32)

    /// Whether it exited with 0.
    public var isSuccess: Bool { self == .exited(0) }

    /// The number a shell would report: 128 + n for signal n.
    public var shellCode: Int32 {
        switch self {
        case .exited(let code): Int32(code)
        case .signaled(let signal): 128 + signal
        }
    }

    /// "exit code: 3", or "exit code: 137 (killed by signal 9, SIGKILL)".
    public var description: String {
        guard case .signaled(let signal) = self else { return "exit code: \(shellCode)" }
        let name = Self.signalNames[signal].map { ", \($0)" } ?? ""
        return "exit code: \(shellCode) (killed by signal \(signal)\(name))"
    }

    /// Those that have one number on all machines and that end a process which does nothing about them.
    private static let signalNames: [Int32: String] = [
        1: "SIGHUP", 2: "SIGINT", 3: "SIGQUIT", 4: "SIGILL", 5: "SIGTRAP", 6: "SIGABRT", 8: "SIGFPE", 9: "SIGKILL",
        11: "SIGSEGV", 13: "SIGPIPE", 14: "SIGALRM", 15: "SIGTERM",
    ]
}

/// What a sandboxed process and the children it waited for used.
public struct ResourceUsage: Sendable, Hashable {
    /// Time on a CPU in user mode.
    public var userTime: Duration
    /// Time on a CPU in the kernel.
    public var systemTime: Duration
    /// The largest resident set of any one of the processes, in bytes.
    public var peakMemory: UInt64
}

/// The end of a sandboxed process: how, and what it used.
public struct Termination: Sendable, Hashable {
    /// How it ended.
    public var status: ExitStatus
    /// What it used.
    public var usage: ResourceUsage
    /// What the notifier wrote of owners that files cannot have, for `LayerStore.commit(upperDirectory:…)`: lines "inode uid
    /// gid". Empty where owners are the kernel's business.
    public var ownerLog: [UInt8] = []
}

/// Which of its two outputs a sandboxed process wrote to.
public enum SandboxOutput: Int, Sendable {
    /// File descriptor 1.
    case standardOutput = 1
    /// File descriptor 2.
    case standardError = 2
}
