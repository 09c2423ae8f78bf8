/// `RUN [flags] <command>`: runs a command and keeps what it changed.
public struct RunInstruction: Sendable, Hashable {
    /// What the process that runs is given.
    public enum Invocation: Sendable, Hashable {
        /// Text for the stage's shell; a heredoc that stands alone is the script, others are part of the text.
        case shell(String)
        /// A program and its arguments.
        case exec([String])
        /// A heredoc whose content starts with `#!`: a file of this name and content, mounted read-only with mode 0755
        /// as `/dev/pipes/<name>`, is what runs.
        case script(name: String, content: String)
    }

    /// `--network`.
    public enum Network: String, Sendable, Hashable, CaseIterable {
        /// The network of the sandbox.
        case `default`
        /// Only the loopback interface.
        case none
        /// The network of the machine; needs the entitlement `network.host`.
        case host
    }

    /// `--security`.
    public enum Security: String, Sendable, Hashable, CaseIterable {
        /// The restrictions every step has.
        case sandbox
        /// No restrictions; needs the entitlement `security.insecure`.
        case insecure
    }

    /// `--device=<name>[,required]`: a device by its CDI name.
    public struct Device: Sendable, Hashable {
        /// The name, for example `vendor.com/class=name`.
        public var name: String
        /// Whether the build fails when the device is missing.
        public var isRequired: Bool
        /// Where the flag's value stands.
        public var range: SourceRange
    }

    /// The command; variables in it are left to the shell.
    public var command: CommandLineForm
    /// The inline documents in the order of the command line.
    public var heredocs: [Heredoc]
    /// The values of `--mount` in order.
    public var mounts: [MountFlag]
    /// `--network`, if given.
    public var network: Network?
    /// `--security`, if given.
    public var security: Security?
    /// The values of `--device` in order.
    public var devices: [Device]
    /// What to run.
    public var invocation: Invocation
}
