/// How far the steps of a build can be separated from the machine that they run on.
public enum Isolation: Sendable, Hashable {
    /// Namespaces of their own: they see their own root, processes, host name and nothing else.
    case namespaces
    /// A root directory of their own, and nothing more. What surrounds slipway, such as a container, is what confines them.
    case changedRoot
    /// None, so that no step can run; the error says why.
    case refused(SandboxError)

    /// What is possible from here on.
    ///
    /// - Parameter refusal: why there is no user namespace of our own, if there is none.
    static func of(_ capabilities: Capabilities, isRoot: Bool, refusal: SandboxError?) -> Isolation {
        if capabilities.contains(.administrate) { return .namespaces }
        if isRoot, capabilities.contains(.changeRoot) { return .changedRoot }
        let message = "this process may neither make namespaces nor change its root, so no RUN can be executed"
        return .refused(
            SandboxError(
                .isolationRefused, message, cause: refusal?.cause,
                help: refusal?.help ?? "run slipway as root with CAP_SYS_CHROOT, or allow user namespaces"))
    }
}
