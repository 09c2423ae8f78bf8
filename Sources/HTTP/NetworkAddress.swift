/// An IPv4 or IPv6 address, to be compared with networks.
struct NetworkAddress: Hashable, Sendable {
    /// 4 or 16 bytes in network order.
    let bytes: [UInt8]

    /// Reads a dotted IPv4 or a colon-separated IPv6 address (RFC 4291 section 2.2); nil when `text` is neither.
    init?(_ text: String) {
        guard text.utf8.count <= 45, let bytes = Self.four(text) ?? Self.sixteen(text) else { return nil }
        self.bytes = bytes
    }

    var isLoopback: Bool {
        switch bytes.count {
        case 4: bytes[0] == 127
        default: bytes == [UInt8](repeating: 0, count: 15) + [1]
        }
    }

    /// Whether the first `length` bits are those of `network`.
    func isInside(_ network: NetworkAddress, length: Int) -> Bool {
        guard network.bytes.count == bytes.count else { return false }
        return (0..<length).allSatisfy { bit in
            let mask: UInt8 = 0x80 >> UInt8(bit % 8)
            return bytes[bit / 8] & mask == network.bytes[bit / 8] & mask
        }
    }

    private static func four(_ text: some StringProtocol) -> [UInt8]? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var bytes: [UInt8] = []
        for part in parts {
            guard (1...3).contains(part.utf8.count), part.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                let byte = UInt8(part)
            else { return nil }
            bytes.append(byte)
        }
        return bytes
    }

    private static func sixteen(_ text: String) -> [UInt8]? {
        guard let gap = firstGap(text) else {
            guard let bytes = groups(text), bytes.count == 16 else { return nil }
            return bytes
        }
        let rest = text[text.index(gap, offsetBy: 2)...]
        guard let head = gap == text.startIndex ? [] : groups(text[..<gap], mayEndInFour: false),
            let tail = rest.isEmpty ? [] : groups(rest), head.count + tail.count <= 14
        else { return nil }
        return head + [UInt8](repeating: 0, count: 16 - head.count - tail.count) + tail
    }

    private static func firstGap(_ text: String) -> String.Index? {
        text.indices.first { text[$0...].hasPrefix("::") }
    }

    private static func groups(_ text: some StringProtocol, mayEndInFour: Bool = true) -> [UInt8]? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        var bytes: [UInt8] = []
        for (offset, part) in parts.enumerated() {
            if mayEndInFour, offset == parts.count - 1, let four = four(part) {
                bytes += four
            } else {
                guard (1...4).contains(part.utf8.count), part.first != "+", part.first != "-",
                    let group = UInt16(part, radix: 16)
                else { return nil }
                bytes += [UInt8(group >> 8), UInt8(group & 0xFF)]
            }
        }
        return bytes
    }
}
