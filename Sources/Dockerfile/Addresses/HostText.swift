/// The host and port of a URL's authority, as Go's `net/url` checks them.
enum HostText {
    /// The host with its port, decoded; nil where a bracket is missing, the port is no number or a byte cannot be.
    static func decoded(_ bytes: [UInt8]) -> [UInt8]? {
        if bytes.first == UInt8(ascii: "[") {
            guard let end = bytes.lastIndex(of: UInt8(ascii: "]")), isPort(bytes[(end + 1)...]) else { return nil }
            let inside = bytes[1..<end]
            guard let zone = firstZone(inside) else { return isBracketed(inside) ? unescaped(bytes) : nil }
            return isBracketed(inside[..<zone]) ? PercentEncoding.decoded(bytes) : nil
        }
        guard !bytes.contains(UInt8(ascii: "[")), !bytes.contains(UInt8(ascii: "]")) else { return nil }
        if let colon = bytes.firstIndex(of: UInt8(ascii: ":")) {
            // A second colon would be part of the port, which has digits only.
            guard isPort(bytes[colon...]) else { return nil }
        }
        return unescaped(bytes)
    }

    /// Where the zone of an IPv6 address begins, which is written `%25` and a name (RFC 6874).
    private static func firstZone(_ bytes: ArraySlice<UInt8>) -> Int? {
        bytes.indices.first { bytes[$0...].starts(with: "%25".utf8) }
    }

    private static func isPort(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let first = bytes.first else { return true }
        return first == UInt8(ascii: ":")
            && bytes.dropFirst().allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }

    /// Whether something may stand in brackets: an IPv6 address, by its characters.
    private static func isBracketed(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.contains(UInt8(ascii: ":"))
            && bytes.allSatisfy { PercentEncoding.digit($0) != nil || ":.".utf8.contains($0) }
    }

    private static func unescaped(_ bytes: [UInt8]) -> [UInt8]? {
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "%") {
                // Only what is no ASCII may be encoded here.
                guard index + 2 < bytes.count, let high = PercentEncoding.digit(bytes[index + 1]), high >= 8,
                    PercentEncoding.digit(bytes[index + 2]) != nil
                else { return nil }
                index += 3
                continue
            }
            if byte < 0x80, " \\^`{|}".utf8.contains(byte) { return nil }
            index += 1
        }
        return PercentEncoding.decoded(bytes)
    }
}
