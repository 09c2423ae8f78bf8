import Glibc

/// One `--add-host NAME:ADDRESS` or `NAME=ADDRESS`.
struct ExtraHost: Hashable, Sendable {
    var name: String
    /// An IPv4 or IPv6 address without brackets.
    var address: String
}

extension ExtraHost {
    init(parsing text: String) throws(CommandLineError) {
        let pair = text.contains("=") ? text.splitOnce("=") : text.splitOnce(":")
        guard !pair.before.isEmpty, var address = pair.after, !address.isEmpty else {
            throw CommandLineError("--add-host: \"\(text)\" is not NAME:ADDRESS")
        }
        if address == "host-gateway" {
            throw CommandLineError(
                "--add-host: host-gateway is not supported",
                help: "the build uses the network of the host: 127.0.0.1 reaches it")
        }
        if address.hasPrefix("["), address.hasSuffix("]") { address = String(address.dropFirst().dropLast()) }
        guard Self.isAddress(address) else {
            throw CommandLineError("--add-host: \"\(address)\" is no IP address")
        }
        // The name becomes a line of /etc/hosts.
        guard !pair.before.contains(where: { $0.isWhitespace || $0 == "#" }) else {
            throw CommandLineError("--add-host: \"\(pair.before)\" is no host name")
        }
        self.init(name: pair.before, address: address)
    }

    private static func isAddress(_ text: String) -> Bool {
        var address = in6_addr()
        return inet_pton(AF_INET, text, &address) == 1 || inet_pton(AF_INET6, text, &address) == 1
    }
}
