import CSandbox
import SystemPackage

/// The step at which a process could not be started, as the launcher reports it, put into words.
struct StartFailure {
    var step: UInt32
    var cause: Errno
    /// The path or name concerned; may be empty.
    var detail: String

    init(step: csandbox_step, cause: Errno, detail: String = "") {
        self.step = step.rawValue
        self.cause = cause
        self.detail = detail
    }

    init(_ reply: csandbox_reply) {
        step = reply.step
        cause = Errno(rawValue: reply.error)
        detail = unsafe withUnsafeBytes(of: reply.detail) { bytes in
            unsafe String(decoding: bytes.prefix { $0 != 0 && $0 != UInt8(ascii: "\n") }, as: UTF8.self)
        }
    }

    private static let nested =
        "inside another container, allow namespaces and mounts, for example with docker run --privileged"

    /// - Parameter command: the command as it was given.
    func error(for command: String) -> SandboxError {
        switch csandbox_step(step) {
        case CSANDBOX_STEP_CLONE:
            let help =
                cause == .noSpace
                ? "raise the limits in /proc/sys/user/max_*_namespaces" : isRefusal ? Self.nested : nil
            return SandboxError(.isolationRefused, "cannot make namespaces for a process", cause: cause, help: help)
        case CSANDBOX_STEP_ROOT:
            return SandboxError(
                .rootRefused, "cannot mount the root filesystem: \(detail)", cause: cause, help: mountHelp)
        case CSANDBOX_STEP_MOUNT:
            return SandboxError(.mountFailed, "cannot mount \(detail)", cause: cause, help: isRefusal ? mountHelp : nil)
        case CSANDBOX_STEP_PIVOT:
            let help = cause == .invalidArgument ? "the host's own root must not be an initramfs" : nil
            return SandboxError(.isolationRefused, "cannot enter the root filesystem", cause: cause, help: help)
        case CSANDBOX_STEP_DIRECTORY:
            return SandboxError(.invalidSpecification, "cannot enter the working directory \(detail)", cause: cause)
        case CSANDBOX_STEP_LIMIT:
            return SandboxError(.invalidSpecification, "cannot set resource limit \(detail)", cause: cause)
        case CSANDBOX_STEP_SECCOMP:
            return SandboxError(.isolationRefused, "cannot install the seccomp filter", cause: cause, help: Self.nested)
        case CSANDBOX_STEP_CAPABILITIES:
            return SandboxError(.isolationRefused, "cannot limit the capabilities", cause: cause)
        case CSANDBOX_STEP_IDENTITY:
            return SandboxError(
                .identityNotMapped, "cannot run as user or group \(detail)", cause: cause,
                help: cause == .invalidArgument
                    ? "the id is not mapped: the user needs enough ids in /etc/subuid and /etc/subgid" : nil)
        case CSANDBOX_STEP_SEARCH where cause == .permissionDenied:
            return SandboxError(.executableNotRunnable, "exec: \"\(command)\"", cause: cause)
        case CSANDBOX_STEP_SEARCH:
            return SandboxError(.executableNotFound, "exec: \"\(command)\": executable file not found in $PATH")
        case CSANDBOX_STEP_EXEC where cause == .noSuchFileOrDirectory || cause == .notDirectory:
            return SandboxError(.executableNotFound, "exec: \"\(command)\"", cause: cause)
        case CSANDBOX_STEP_EXEC:
            let help =
                cause == .execFormatError
                ? "it is for another kind of machine, or a script without a #! line" : nil
            return SandboxError(.executableNotRunnable, "exec: \"\(command)\"", cause: cause, help: help)
        case CSANDBOX_STEP_INTERPRETER:
            return SandboxError(
                .executableNotRunnable, "exec: \"\(command)\": its interpreter \(detail) is not in the image",
                cause: cause)
        case CSANDBOX_STEP_HOSTNAME:
            return SandboxError(.isolationRefused, "cannot set the host name \(detail)", cause: cause)
        case CSANDBOX_STEP_NOTIFIER:
            return SandboxError(
                .isolationRefused, "cannot watch the system calls of a process: \(detail)", cause: cause,
                help: "this needs Linux 5.14 or later, and a container that allows seccomp(2)")
        case CSANDBOX_STEP_CGROUP:
            return SandboxError(.isolationRefused, "cannot enter the control group \(detail)", cause: cause)
        case CSANDBOX_STEP_SHIELD:
            return SandboxError(
                .isolationRefused, "cannot keep slipway's own program file from the processes it runs", cause: cause,
                help: "allow files in memory to be executed: sysctl vm.memfd_noexec=0")
        case CSANDBOX_STEP_GATEWAY:
            return SandboxError(
                .networkFailed, "cannot connect the private network" + (detail.isEmpty ? "" : ": \(detail)"),
                cause: cause.rawValue == 0 ? nil : cause, help: Self.gatewayHelp(detail))
        case CSANDBOX_STEP_NETWORK:
            return SandboxError(.isolationRefused, "cannot bring up the loopback interface", cause: cause)
        default:
            let subject = detail.isEmpty ? "a sandbox" : "a sandbox: \(detail)"
            return SandboxError(.system, "cannot prepare \(subject)", cause: cause)
        }
    }

    private static func gatewayHelp(_ words: String) -> String? {
        if words.contains("tun") {
            return "users need to open /dev/net/tun: as root, modprobe tun; chmod 666 /dev/net/tun"
        }
        return "without it: --network default for the machine's network, or none"
    }

    private var isRefusal: Bool { cause == .notPermitted || cause == .permissionDenied }

    private var mountHelp: String? {
        if isRefusal { return Self.nested }
        // overlayfs over overlayfs, NFS or FUSE.
        return cause == .invalidArgument && detail.contains("upper")
            ? "the store must be on a local filesystem such as ext4, xfs, btrfs or tmpfs (--root)" : nil
    }
}
