/// Percent-encoding as Go's `net/url` does it.
enum PercentEncoding {
    /// A part of a URL; each has its own characters that need no encoding.
    enum Part {
        case path
        case user
        case host
    }

    /// The bytes that an encoded text means; nil where a `%` is not followed by two hexadecimal digits.
    static func decoded(_ bytes: [UInt8], plusIsBlank: Bool = false) -> [UInt8]? {
        guard bytes.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") }) else { return bytes }
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "%") {
                guard index + 2 < bytes.count, let high = digit(bytes[index + 1]), let low = digit(bytes[index + 2])
                else { return nil }
                result.append(high << 4 | low)
                index += 3
            } else {
                result.append(plusIsBlank && byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
                index += 1
            }
        }
        return result
    }

    static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// The text with all that may not stand in that part encoded.
    static func encoded(_ text: String, _ part: Part) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var result: [UInt8] = []
        for byte in text.utf8 {
            if isPlain(byte, part) {
                result.append(byte)
            } else {
                result += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// Whether an encoded path may be kept as it was written.
    static func isValid(_ path: [UInt8]) -> Bool {
        path.allSatisfy { "!$&'()*+,;=:@[]%".utf8.contains($0) || isPlain($0, .path) }
    }

    /// Whether a byte may stand before the `@` of an authority.
    static func isUserByte(_ byte: UInt8) -> Bool {
        isLetterOrDigit(byte) || "-._:~!$&'()*+,;=%@".utf8.contains(byte)
    }

    private static func isPlain(_ byte: UInt8, _ part: Part) -> Bool {
        if isLetterOrDigit(byte) || "-_.~".utf8.contains(byte) { return true }
        switch part {
        case .path: return "$&+,/:;=@".utf8.contains(byte)
        case .user: return "$&+,;=".utf8.contains(byte)
        case .host: return "!$&'()*+,;=:[]<>\"".utf8.contains(byte)
        }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}
