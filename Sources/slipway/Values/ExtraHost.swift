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
        // Steps have the network of the host, so that its loopback address is the way to it.
        if address == "host-gateway" { address = "127.0.0.1" }
        if address.hasPrefix("["), address.hasSuffix("]") { address = String(address.dropFirst().dropLast()) }
        guard let address = Self.canonical(address) else {
            throw CommandLineError("--add-host: \"\(address)\" is no IP address")
        }
        // The name becomes a line of /etc/hosts.
        guard !pair.before.contains(where: { $0.isWhitespace || $0 == "#" }) else {
            throw CommandLineError("--add-host: \"\(pair.before)\" is no host name")
        }
        self.init(name: pair.before, address: address)
    }

    /// An address as it is usually written (RFC 5952); nil for anything else.
    private static func canonical(_ text: String) -> String? {
        var address = in6_addr()
        for family in [AF_INET, AF_INET6] where inet_pton(family, text, &address) == 1 {
            var buffer = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
            guard inet_ntop(family, &address, &buffer, socklen_t(buffer.count)) != nil else { return nil }
            let written = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            // An IPv4 address in IPv6's clothes is one all the same.
            return written.removingPrefix("::ffff:").flatMap { $0.contains(".") ? $0 : nil } ?? written
        }
        return nil
    }
}
