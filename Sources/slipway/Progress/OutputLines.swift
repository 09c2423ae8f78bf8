/// Cuts the output of a process, which arrives in pieces of any size, into lines.
///
/// A line ends with a line feed. A carriage return inside a line begins it again: a progress bar. Such a line comes out as
/// several, since a log that is not a terminal has no other way to keep all of it; a view shows only the last of them.
struct OutputLines {
    struct Line: Equatable {
        var bytes: [UInt8]
        /// Whether the next line is written over this one.
        var isOverwritten = false
    }

    /// A line that never ends is handed out in pieces of this many bytes, so that it cannot fill the memory.
    static let longestLine = 64 << 10

    /// What came after the last line end.
    private(set) var pending: [UInt8] = []
    private var endedInReturn = false

    /// The lines that `bytes` completes, without their ends.
    mutating func append(_ bytes: [UInt8]) -> [Line] {
        var lines: [Line] = []
        for byte in bytes {
            // "\r\n" is one end: whether a return begins the line again is known with the byte after it.
            if endedInReturn, byte != UInt8(ascii: "\n") {
                if !pending.isEmpty { lines.append(Line(bytes: pending, isOverwritten: true)) }
                pending = []
            }
            endedInReturn = byte == UInt8(ascii: "\r")
            if endedInReturn { continue }
            if byte == UInt8(ascii: "\n") {
                lines.append(Line(bytes: pending))
                pending = []
            } else {
                pending.append(byte)
                if pending.count >= Self.longestLine {
                    lines.append(Line(bytes: pending))
                    pending = []
                }
            }
        }
        return lines
    }

    /// The last line, if it did not end.
    mutating func finish() -> Line? {
        defer { pending = [] }
        endedInReturn = false
        return pending.isEmpty ? nil : Line(bytes: pending)
    }
}
