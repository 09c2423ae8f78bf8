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

    /// "exit code: 3" or "signal: 9".
    public var description: String {
        switch self {
        case .exited(let code): "exit code: \(code)"
        case .signaled(let signal): "signal: \(signal)"
        }
    }
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
}

/// Which of its two outputs a sandboxed process wrote to.
public enum SandboxOutput: Int, Sendable {
    /// File descriptor 1.
    case standardOutput = 1
    /// File descriptor 2.
    case standardError = 2
}
