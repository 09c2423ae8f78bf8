/// One word of `EXPOSE`: `port[-end][/protocol]`, or with the address and host port of `docker run -p`, which mean
/// nothing here.
public struct PortSpecification: Sendable, Hashable {
    /// A word that is no port.
    public struct ParsingError: Error, Sendable, Hashable, CustomStringConvertible {
        /// What is wrong.
        public var message: String

        /// What is wrong.
        public var description: String { message }
    }

    /// The ports; more than one for a range.
    public var ports: ClosedRange<UInt16>
    /// `tcp`, `udp` or `sctp`.
    public var transport: String
    /// Whether the protocol was not written in lower case.
    public var hasCapitalTransport: Bool
    /// Whether an address or a host port was given.
    public var hasHostPart: Bool

    /// The keys for `ExposedPorts` of the image configuration: `80/tcp`.
    public var keys: [String] { ports.map { "\($0)/\(transport)" } }

    /// Parses a word; variables must be expanded.
    public init(parsing text: String) throws(ParsingError) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        let container = parts[parts.count - 1]
        let hostPort = parts.count > 1 ? parts[parts.count - 2] : ""
        let address = parts.dropLast(2).joined(separator: ":")
        let pair = container.cut(at: Byte.slash) ?? (container, "")
        guard !pair.before.isEmpty else {
            throw ParsingError(message: "invalid port: \(text.quotedForMessage): no port specified")
        }
        transport = pair.after.isEmpty ? "tcp" : pair.after.lowercased()
        guard ["tcp", "udp", "sctp"].contains(transport) else {
            throw ParsingError(message: "invalid port: \(text.quotedForMessage): invalid proto: \(pair.after)")
        }
        hasCapitalTransport = !pair.after.isEmpty && pair.after != transport
        hasHostPart = !address.isEmpty || !hostPort.isEmpty
        if !address.isEmpty, !Self.isAddress(address) {
            throw ParsingError(message: "invalid IP address: \(address)")
        }
        guard let ports = Self.range(pair.before) else {
            throw ParsingError(message: "invalid containerPort: \(pair.before)")
        }
        self.ports = ports
        guard !hostPort.isEmpty else { return }
        guard let hostPorts = Self.range(hostPort) else {
            throw ParsingError(message: "invalid hostPort: \(hostPort)")
        }
        guard ports.count == 1 || hostPorts.count == ports.count else {
            throw ParsingError(
                message: "invalid ranges specified for container and host Ports: \(pair.before) and \(hostPort)")
        }
    }

    private static func range(_ text: String) -> ClosedRange<UInt16>? {
        let pair = text.cut(at: Byte.minus) ?? (text, text)
        guard let low = number(pair.before), let high = number(pair.after), low <= high else { return nil }
        return low...high
    }

    private static func number(_ text: String) -> UInt16? {
        text.utf8.allSatisfy(Byte.isDigit) ? UInt16(text) : nil
    }

    /// Whether the text is an IPv4 address, or an IPv6 address in brackets or without.
    private static func isAddress(_ text: String) -> Bool {
        if text.first == "[" {
            guard text.last == "]", text.count > 2 else { return false }
            return isIPv6(String(text.dropFirst().dropLast()))
        }
        return text.contains(":") ? isIPv6(text) : isIPv4(text)
    }

    private static func isIPv4(_ text: String) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4
            && parts.allSatisfy { part in
                part.utf8.allSatisfy(Byte.isDigit) && UInt8(part) != nil && (part == "0" || part.first != "0")
            }
    }

    private static func isIPv6(_ text: String) -> Bool {
        // At most one "::", which stands for one or more groups of zeros.
        let halves = text.split(separator: "::", omittingEmptySubsequences: false)
        guard halves.count <= 2, halves.allSatisfy({ !$0.hasPrefix(":") && !$0.hasSuffix(":") }) else { return false }
        var groups = halves.flatMap { $0.split(separator: ":") }
        var count = 0
        if let last = groups.last, last.contains("."), text.hasSuffix(last) {
            guard isIPv4(String(last)) else { return false }
            groups.removeLast()
            count = 2
        }
        for group in groups {
            guard group.utf8.count <= 4, group.utf8.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }) else {
                return false
            }
            count += 1
        }
        return halves.count == 2 ? count < 8 : count == 8
    }
}
