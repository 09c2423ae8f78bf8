internal import CSandbox
internal import Glibc
public import SystemPackage

/// A terminal that is no device: what a sandboxed process writes to its side can be read on the other one, and back.
///
/// It belongs to the machine's `/dev/pts`, so that a sandbox needs nothing of its own for it; in there it has no name.
public final class PseudoTerminal: Sendable {
    /// The side of whoever shows the terminal. Reading and writing do not block.
    public let controller: FileDescriptor
    /// The side of the process: its standard input, output and error.
    public let terminal: FileDescriptor

    /// Closes the side of the process in this one, so that the other side ends with the last process.
    public func closeTerminal() { _ = dup2(null.rawValue, terminal.rawValue) }

    /// What takes the place of the closed side, so that its number belongs to nobody else meanwhile.
    private let null: FileDescriptor

    /// A new terminal with the usual settings.
    ///
    /// - Throws: `SandboxError` where the machine has none to give.
    public init() throws(SandboxError) {
        var controller: Int32 = -1
        var terminal: Int32 = -1
        let error = unsafe csandbox_terminal(&controller, &terminal)
        guard error == 0 else {
            throw SandboxError(.system, "cannot make a terminal from /dev/ptmx", cause: Errno(rawValue: error))
        }
        guard let null = try? FileDescriptor.open(FilePath("/dev/null"), .readWrite, options: .closeOnExec) else {
            csandbox_close(controller)
            csandbox_close(terminal)
            throw SandboxError(.system, "cannot open /dev/null")
        }
        self.controller = FileDescriptor(rawValue: controller)
        self.terminal = FileDescriptor(rawValue: terminal)
        self.null = null
    }

    deinit {
        for descriptor in [controller, terminal, null] { csandbox_close(descriptor.rawValue) }
    }
}
