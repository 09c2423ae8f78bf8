public import SystemPackage

/// Why a sandbox could not be made, or its process not be started.
public struct SandboxError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kind of failure.
    public struct Code: Sendable, Hashable {
        private enum Value: Hashable {
            case userNamespaceRefused, isolationRefused, rootRefused, mountFailed, invalidSpecification,
                executableNotFound, executableNotRunnable, identityNotMapped, launcherLost, toolMissing, networkFailed,
                system
        }
        private var value: Value

        /// The kernel or its administrator refuses user namespaces to ordinary users.
        public static let userNamespaceRefused = Code(value: .userNamespaceRefused)
        /// Namespaces or the seccomp filter are refused, for example inside another container.
        public static let isolationRefused = Code(value: .isolationRefused)
        /// The root file system could not be mounted.
        public static let rootRefused = Code(value: .rootRefused)
        /// A mount could not be made.
        public static let mountFailed = Code(value: .mountFailed)
        /// The specification asks for something impossible.
        public static let invalidSpecification = Code(value: .invalidSpecification)
        /// The command is not in the image.
        public static let executableNotFound = Code(value: .executableNotFound)
        /// The command is there but the kernel cannot run it.
        public static let executableNotRunnable = Code(value: .executableNotRunnable)
        /// A user or group id has no counterpart outside the user namespace.
        public static let identityNotMapped = Code(value: .identityNotMapped)
        /// The launcher process has died or was shut down.
        public static let launcherLost = Code(value: .launcherLost)
        /// A program of the machine that was asked for is not installed.
        public static let toolMissing = Code(value: .toolMissing)
        /// A private network could not be connected.
        public static let networkFailed = Code(value: .networkFailed)
        /// Another system call failed.
        public static let system = Code(value: .system)
    }

    /// The kind of failure.
    public var code: Code
    /// What failed, for the user, without the cause.
    public var message: String
    /// The system's reason, if a system call failed.
    public var cause: Errno?
    /// What the user can do about it.
    public var help: String?

    /// An error.
    public init(_ code: Code, _ message: String, cause: Errno? = nil, help: String? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
        self.help = help
    }

    /// "message: cause", and the help in parentheses.
    public var description: String {
        var text = message
        if let cause { text += ": \(cause)" }
        if let help { text += " (\(help))" }
        return text
    }
}
