/// A network of a sandbox's own, which a program of the machine connects with the network outside.
///
/// The sandbox is in a network namespace; the program (slirp4netns(1) or pasta(1)) opens an interface in it and carries what
/// comes through to sockets of its own, so connections lead out, by the machine's addresses, and none leads in. What listens
/// on the machine's loopback addresses or has abstract Unix sockets cannot be reached. The launcher starts the program
/// (`CSandbox/network.c`) and ends it with the sandbox.
public struct PrivateNetwork: Sendable, Hashable {
    enum Tool: String, CaseIterable {
        case slirp4netns, pasta
    }

    let tool: Tool
    /// Where the program is.
    public let program: String

    init(_ tool: Tool, program: String) {
        self.tool = tool
        self.program = program
    }

    /// Finds the program that connects networks on this machine; slirp4netns first, since it needs no route to begin with.
    ///
    /// - Parameter path: `PATH`; the usual places if nil.
    /// - Throws: `.toolMissing`, with the names of the packages.
    public static func find(path: String?) throws(SandboxError) -> PrivateNetwork {
        for tool in Tool.allCases {
            if let program = HostTool.find(tool.rawValue, path: path) { return PrivateNetwork(tool, program: program) }
        }
        throw SandboxError(
            .toolMissing, "a private network needs slirp4netns or pasta, and neither is installed",
            help: "install the package slirp4netns or passt")
    }

    /// The address that names are asked at inside: the program passes queries on to the machine's name server.
    public var nameserver: String {
        switch tool {
        case .slirp4netns: "10.0.2.3"
        case .pasta: "169.254.1.1"
        }
    }

    /// `/etc/resolv.conf` for the inside: the machine's, but with ``nameserver`` alone.
    ///
    /// - Parameter host: the machine's own.
    public func resolverConfiguration(host: [UInt8]) -> [UInt8] {
        let lines = host.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
        let kept = lines.filter {
            ["search", "domain", "options"].contains($0.split(whereSeparator: \.isWhitespace).first)
        }
        return Array((["nameserver \(nameserver)"] + kept).map { $0 + "\n" }.joined().utf8)
    }

    /// The words of the launcher's request: on which descriptor the program says that it is ready, and its command. Its
    /// descriptor 0 is the namespace.
    var words: [String] {
        switch tool {
        case .slirp4netns:
            [
                "3", program, "--configure", "--mtu=65520", "--disable-host-loopback", "--enable-sandbox",
                "--enable-seccomp", "--ready-fd=3", "--netns-type=path", "/proc/self/fd/0", "tap0",
            ]
        case .pasta:
            // Without these it forwards ports from and to the machine's loopback addresses. The process id, written when all
            // is ready, is the sign. It is root in the namespace it was started in, and could not enter any other as nobody.
            [
                "1", program, "--foreground", "--stderr", "--quiet", "--config-net", "--no-map-gw", "-t", "none", "-u",
                "none", "-T", "none", "-U", "none", "--dns-forward", nameserver, "--runas", "0:0", "--pid",
                "/proc/self/fd/1", "--netns", "/proc/self/fd/0",
            ]
        }
    }
}
