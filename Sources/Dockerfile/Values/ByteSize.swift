/// A number of bytes with a unit: `64m`, `1.5GB`, `2 KiB`. All units are powers of 1024.
public struct ByteSize: Sendable, Hashable {
    /// The number of bytes; never negative.
    public var bytes: Int64

    /// Parses a number, an optional blank and an optional unit (`b k m g t p e z y`, with or without `b` or `ib`, in
    /// any case). Nil if the text is none or the number does not fit.
    public init?(parsing text: String) {
        // The number is what stands before the last digit, as far as it is one.
        guard let last = text.utf8.lastIndex(where: { Byte.isDigit($0) || $0 == UInt8(ascii: ".") }) else { return nil }
        let digits = text.utf8[...last]
        guard digits.allSatisfy({ Byte.isDigit($0) || ".eE+-".utf8.contains($0) }),
            let number = Double(String(decoding: digits, as: UTF8.self)), number >= 0
        else { return nil }
        var unit = String(decoding: text.utf8[text.utf8.index(after: last)...], as: UTF8.self)[...]
        if unit.first == " " { unit = unit.dropFirst() }
        var suffix = unit.lowercased()
        var power = 0
        if let letter = suffix.first, letter != "b" {
            guard let index = "kmgtpezy".firstIndex(of: letter) else { return nil }
            power = "kmgtpezy".distance(from: "kmgtpezy".startIndex, to: index) + 1
            suffix.removeFirst()
            guard ["", "b", "ib"].contains(suffix) else { return nil }
        } else {
            guard ["", "b"].contains(suffix) else { return nil }
        }
        var value = number
        for _ in 0..<power { value *= 1024 }
        guard value < Double(Int64.max) else { return nil }
        bytes = Int64(value)
    }
}
