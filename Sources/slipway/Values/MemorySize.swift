/// Sizes of memory as docker's flags take them: `64m`, `1.5g`, `128KiB`, `65536`.
enum MemorySize {
    /// The size in bytes; units are powers of 1024 (docker/go-units, RAMInBytes).
    ///
    /// - Parameter flag: the flag that `text` belongs to, for messages.
    static func parse(_ text: String, flag: String) throws(CommandLineError) -> UInt64 {
        let folded = text.lowercased()
        let digits = folded.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        let unit = folded.dropFirst(digits.count).trimmingBlanks()
        let units: [(letter: Character, shift: Int)] = [("k", 10), ("m", 20), ("g", 30), ("t", 40), ("p", 50)]
        let shift: Int?
        if unit.isEmpty || unit == "b" {
            shift = 0
        } else {
            let known = units.first { ["\($0.letter)", "\($0.letter)b", "\($0.letter)ib"].contains(unit) }
            shift = known?.shift
        }
        guard let shift, let number = Double(digits), number.isFinite else {
            throw CommandLineError("\(flag): \"\(text)\" is no size", help: "write for example 64m or 1g")
        }
        let bytes = number * Double(UInt64(1) << UInt64(shift))
        guard bytes < 0x1p60 else { throw CommandLineError("\(flag): \"\(text)\" is too large") }
        return UInt64(bytes)
    }
}
