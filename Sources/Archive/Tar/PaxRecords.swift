internal import FileSystem
internal import SystemPackage

/// The records of a pax extended header that is to be written: POSIX.1-2017, pax, "pax Extended Header".
struct PaxRecords {
    private var records: [(key: [UInt8], value: [UInt8])] = []

    var isEmpty: Bool { records.isEmpty }

    mutating func set(_ key: [UInt8], _ value: [UInt8]) {
        records.append((key, value))
    }

    mutating func set(_ key: String, _ value: [UInt8]) {
        set(Array(key.utf8), value)
    }

    mutating func set(_ key: String, _ value: Int64) {
        set(key, Array(String(value).utf8))
    }

    /// A time as decimal seconds with as many digits behind the point as needed.
    mutating func set(_ key: String, _ time: Timestamp) {
        // The fraction of a time before 1970 counts towards zero in the text, but upwards in the value.
        var seconds = time.seconds
        var nanoseconds = Int64(time.nanoseconds)
        let isNegative = seconds < 0
        if isNegative, nanoseconds > 0 {
            seconds += 1
            nanoseconds = 1_000_000_000 - nanoseconds
        }
        var text = (isNegative ? "-" : "") + String(seconds.magnitude)
        if nanoseconds > 0 {
            let digits = String(nanoseconds)
            var fraction = String(repeating: "0", count: max(0, 9 - digits.count)) + digits
            while fraction.hasSuffix("0") { fraction.removeLast() }
            text += "." + fraction
        }
        set(key, Array(text.utf8))
    }

    /// The records in the order of their keys.
    func encoded() -> [UInt8] {
        var bytes: [UInt8] = []
        for (key, value) in records.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            // "length key=value\n", where the length counts its own digits.
            let rest = key.count + value.count + 3
            var length = rest + String(rest).utf8.count
            if rest + String(length).utf8.count != length { length = rest + String(length).utf8.count }
            bytes += Array(String(length).utf8)
            bytes.append(UInt8(ascii: " "))
            bytes += key
            bytes.append(UInt8(ascii: "="))
            bytes += value
            bytes.append(UInt8(ascii: "\n"))
        }
        return bytes
    }
}
