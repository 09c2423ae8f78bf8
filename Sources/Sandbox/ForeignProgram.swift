/// A program for another kind of machine, and whether it runs here all the same: as a 32-bit program, or through an
/// emulator that is registered with the kernel.
public struct ForeignProgram: Hashable, Sendable {
    /// Why it does not start, and what to do.
    public struct Explanation: Hashable, Sendable {
        /// One clause without a full stop.
        public var reason: String
        /// What the user can do.
        public var help: String
    }

    /// In Go's words; nil for one that is not known here.
    private let architecture: String?
    private let header: ProgramHeader

    /// A program with this header; nil for one of this machine's own kind.
    ///
    /// - Parameter host: this machine's architecture in Go's words.
    public init?(_ header: ProgramHeader, host: String) {
        guard header != ProgramHeader(architecture: host) else { return nil }
        self.header = header
        architecture = header.architecture
    }

    /// Why it did not start, where `formats` are registered.
    ///
    /// - Parameter host: this machine's architecture in Go's words.
    public func explanation(host: String, formats: [BinaryFormat]) -> Explanation {
        guard let architecture else {
            return Explanation(
                reason: "it is a program for a machine that is not known here, and this one is \(host)",
                help: "use a program for \(host)")
        }
        let program = "it is a program for \(architecture), and this machine is \(host)"
        let alternative = "; or let the stage run here with FROM --platform=$BUILDPLATFORM and cross-compile"
        let install =
            "apt install qemu-user-static binfmt-support, or "
            + "docker run --privileged --rm tonistiigi/binfmt --install \(architecture)"
        let known = formats.filter { $0.matches(header) }
        if let format = known.first(where: { $0.isEnabled && $0.isFixed }) {
            return Explanation(
                reason: "\(program): the emulator \(format.interpreter) could not start it",
                help: "check that \(format.interpreter) works, or register it again: \(install)")
        }
        if let format = known.first(where: \.isEnabled) {
            return Explanation(
                reason:
                    "\(program): the emulator \(format.name) is registered without the flag F, so that the image would "
                    + "have to contain \(format.interpreter)",
                help: "register it with F: \(install)")
        }
        if let format = known.first {
            return Explanation(
                reason: "\(program): the emulator \(format.name) is registered but disabled",
                help: "enable it: echo 1 >/proc/sys/fs/binfmt_misc/\(format.name)")
        }
        if (host, architecture) == ("amd64", "386") || (host, architecture) == ("arm64", "arm") {
            return Explanation(
                reason: "\(program), whose kernel or processor runs no 32-bit programs",
                help: "use a kernel with 32-bit support, or an emulator: \(install)")
        }
        return Explanation(
            reason: "\(program), which has no emulator for it",
            help: "install one that is registered in /proc/sys/fs/binfmt_misc: \(install)\(alternative)")
    }
}
