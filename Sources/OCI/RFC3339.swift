/// The form of the times in image documents: `2024-02-29T12:00:00Z`.
///
/// RFC 3339, section 5.6, in the proleptic Gregorian calendar. Leap seconds count as the second after them.
public enum RFC3339 {
    /// The time in UTC, with as many digits of a fraction as are needed and at most nine, as Go writes it.
    ///
    /// - Parameters:
    ///   - seconds: Since 1970-01-01T00:00:00Z.
    ///   - nanoseconds: 0 to 999,999,999.
    public static func string(seconds: Int64, nanoseconds: Int32 = 0) -> String {
        let (day, second) = floorDivide(seconds, 86_400)
        let date = civil(fromDay: day)
        func padded(_ number: Int64, _ width: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        var result = padded(date.year, 4) + "-" + padded(date.month, 2) + "-" + padded(date.day, 2)
        result += "T" + padded(second / 3600, 2) + ":" + padded(second / 60 % 60, 2) + ":" + padded(second % 60, 2)
        if nanoseconds > 0 {
            var fraction = padded(Int64(nanoseconds), 9)
            while fraction.hasSuffix("0") { fraction.removeLast() }
            result += "." + fraction
        }
        return result + "Z"
    }

    /// Reads a time with any offset; nil when it is none. Digits of a fraction beyond the ninth are dropped.
    public static func parse(_ text: String) -> (seconds: Int64, nanoseconds: Int32)? {
        var bytes = Array(text.utf8)[...]
        func number(_ width: Int) -> Int64? {
            guard bytes.count >= width, bytes.prefix(width).allSatisfy(\.isDigit) else { return nil }
            defer { bytes.removeFirst(width) }
            return bytes.prefix(width).reduce(0) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
        }
        func take(_ characters: String) -> UInt8? {
            guard let byte = bytes.first, characters.utf8.contains(byte) else { return nil }
            bytes.removeFirst()
            return byte
        }
        guard let year = number(4), take("-") != nil, let month = number(2), take("-") != nil, let day = number(2),
            take("Tt ") != nil, let hour = number(2), take(":") != nil, let minute = number(2), take(":") != nil,
            let second = number(2), (1...12).contains(month), (1...daysIn(month: month, year: year)).contains(day),
            hour < 24, minute < 60, second <= 60
        else { return nil }
        var nanoseconds: Int64 = 0
        if take(".") != nil {
            guard bytes.first?.isDigit == true else { return nil }
            var unit: Int64 = 100_000_000
            while let digit = number(1) {
                nanoseconds += digit * unit
                unit /= 10
            }
        }
        var offset: Int64 = 0
        if take("Zz") == nil {
            guard let sign = take("+-"), let hours = number(2), take(":") != nil, let minutes = number(2), hours < 24,
                minutes < 60
            else { return nil }
            offset = (hours * 60 + minutes) * (sign == UInt8(ascii: "-") ? -60 : 60)
        }
        guard bytes.isEmpty else { return nil }
        let seconds =
            dayNumber(year: year, month: month, day: day) * 86_400 + hour * 3600 + minute * 60 + second - offset
        return (seconds, Int32(nanoseconds))
    }

    private static func floorDivide(_ dividend: Int64, _ divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = dividend.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }

    private static func daysIn(month: Int64, year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days since 1970-01-01. Years start in March here, so that the leap day comes last
    /// (https://howardhinnant.github.io/date_algorithms.html).
    private static func dayNumber(year: Int64, month: Int64, day: Int64) -> Int64 {
        let year = month <= 2 ? year - 1 : year
        let (era, yearOfEra) = floorDivide(year, 400)
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func civil(fromDay number: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let (era, dayOfEra) = floorDivide(number + 719_468, 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1)
    }
}
