/// A length of time as Go writes it: `300ms`, `1.5h`, `2h45m`.
public struct GoDuration: Sendable, Hashable {
    /// A text that is no duration.
    public struct ParsingError: Error, Sendable, Hashable {
        /// What is wrong, in Go's words.
        public var message: String
    }

    /// The length in nanoseconds.
    public var nanoseconds: Int64

    private static let units: [(name: String, nanoseconds: UInt64)] = [
        ("ns", 1), ("us", 1_000), ("µs", 1_000), ("μs", 1_000), ("ms", 1_000_000), ("s", 1_000_000_000),
        ("m", 60_000_000_000), ("h", 3_600_000_000_000),
    ]

    /// Parses an optional sign and numbers with units (Go's `time.ParseDuration`). `0` needs no unit.
    public init(parsing text: String) throws(ParsingError) {
        var invalid: ParsingError { ParsingError(message: "time: invalid duration \(text.quotedForMessage)") }
        var rest = Array(text.utf8)[...]
        let isNegative = rest.first == Byte.minus
        if isNegative || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
        if rest.elementsEqual("0".utf8) {
            nanoseconds = 0
            return
        }
        guard !rest.isEmpty else { throw invalid }
        let limit = UInt64(1) << 63
        var total: UInt64 = 0
        while !rest.isEmpty {
            guard let number = Self.takeNumber(&rest) else { throw invalid }
            let unitBytes = rest.prefix { $0 != UInt8(ascii: ".") && !Byte.isDigit($0) }
            rest = rest[unitBytes.endIndex...]
            let unit = String(decoding: unitBytes, as: UTF8.self)
            guard !unit.isEmpty else {
                throw ParsingError(message: "time: missing unit in duration \(text.quotedForMessage)")
            }
            guard let scale = Self.units.first(where: { $0.name == unit })?.nanoseconds else {
                throw ParsingError(
                    message: "time: unknown unit \(unit.quotedForMessage) in duration \(text.quotedForMessage)")
            }
            let (whole, overflow) = number.whole.multipliedReportingOverflow(by: scale)
            guard !overflow, whole <= limit else { throw invalid }
            let (sum, overflow2) = total.addingReportingOverflow(whole + UInt64(number.fraction * Double(scale)))
            guard !overflow2, sum <= limit else { throw invalid }
            total = sum
        }
        if isNegative {
            nanoseconds = total == limit ? .min : -Int64(total)
        } else {
            guard total < limit else { throw invalid }
            nanoseconds = Int64(total)
        }
    }

    /// Digits with an optional fraction; nil if there is no digit or too many.
    private static func takeNumber(_ rest: inout ArraySlice<UInt8>) -> (whole: UInt64, fraction: Double)? {
        var whole: UInt64 = 0
        var fraction = 0.0
        let digits = rest.prefix(while: Byte.isDigit)
        rest = rest[digits.endIndex...]
        for digit in digits {
            let (product, overflow) = whole.multipliedReportingOverflow(by: 10)
            let (sum, overflow2) = product.addingReportingOverflow(UInt64(digit - UInt8(ascii: "0")))
            guard !overflow, !overflow2, sum <= UInt64(1) << 63 else { return nil }
            whole = sum
        }
        guard rest.first == UInt8(ascii: ".") else { return digits.isEmpty ? nil : (whole, 0) }
        let decimals = rest.dropFirst().prefix(while: Byte.isDigit)
        rest = rest[decimals.endIndex...]
        guard !digits.isEmpty || !decimals.isEmpty else { return nil }
        var scale = 0.1
        for digit in decimals {
            fraction += Double(digit - UInt8(ascii: "0")) * scale
            scale /= 10
        }
        return (whole, fraction)
    }

    /// A positive length with whole numbers of units: `1h30m`, `1s500ms`.
    public static func text(nanoseconds: Int64) -> String {
        var rest = UInt64(nanoseconds)
        var text = ""
        for name in ["h", "m", "s", "ms", "us", "ns"] {
            guard let scale = units.first(where: { $0.name == name })?.nanoseconds, rest >= scale else { continue }
            text += "\(rest / scale)\(name)"
            rest %= scale
        }
        return text
    }
}
