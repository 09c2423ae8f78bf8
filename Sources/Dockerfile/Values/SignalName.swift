/// The value of `STOPSIGNAL`: a number or a name, with or without `SIG`, in any case.
public struct SignalName: Sendable, Hashable {
    /// The number of the signal on Linux.
    public var number: Int

    private static let numbers = [
        "HUP": 1, "INT": 2, "QUIT": 3, "ILL": 4, "TRAP": 5, "ABRT": 6, "IOT": 6, "BUS": 7, "FPE": 8, "KILL": 9,
        "USR1": 10, "SEGV": 11, "USR2": 12, "PIPE": 13, "ALRM": 14, "TERM": 15, "STKFLT": 16, "CHLD": 17, "CLD": 17,
        "CONT": 18, "STOP": 19, "TSTP": 20, "TTIN": 21, "TTOU": 22, "URG": 23, "XCPU": 24, "XFSZ": 25, "VTALRM": 26,
        "PROF": 27, "WINCH": 28, "IO": 29, "POLL": 29, "PWR": 30, "SYS": 31,
    ]
    /// The first and the last real-time signal.
    private static let realTime = 34...64

    /// Parses a value; nil if there is no such signal.
    public init?(parsing text: String) {
        if let number = Int(text) {
            guard number > 0, number <= Self.realTime.upperBound else { return nil }
            self.number = number
            return
        }
        var name = text.uppercased()
        if name.hasPrefix("SIG") { name.removeFirst(3) }
        if let number = Self.numbers[name] {
            self.number = number
        } else if let number = Self.realTimeNumber(name) {
            self.number = number
        } else {
            return nil
        }
    }

    /// `RTMIN`, `RTMIN+1` ... `RTMIN+15`, `RTMAX-14` ... `RTMAX`.
    private static func realTimeNumber(_ name: String) -> Int? {
        for (base, sign, start, limit) in [
            ("RTMIN", "+", realTime.lowerBound, 15), ("RTMAX", "-", realTime.upperBound, 14),
        ]
        where name.hasPrefix(base) {
            let rest = name.dropFirst(base.count)
            if rest.isEmpty { return start }
            let digits = rest.dropFirst()
            guard String(rest.prefix(1)) == sign, digits.utf8.allSatisfy(Byte.isDigit), let offset = Int(digits),
                (1...limit).contains(offset), digits.first != "0"
            else { return nil }
            return sign == "+" ? start + offset : start - offset
        }
        return nil
    }
}
