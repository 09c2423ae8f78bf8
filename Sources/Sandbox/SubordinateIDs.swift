/// The ids that /etc/subuid or /etc/subgid grant to a user: subuid(5).
enum SubordinateIDs {
    struct Range: Equatable {
        var first: UInt32
        var count: UInt32
    }

    /// The ranges of the lines `owner:first:count` whose owner is one of the names, in the file's order. Lines that are
    /// malformed, empty or beyond 32 bits are skipped, as newuidmap does.
    static func parse(_ text: String, owners: [String]) -> [Range] {
        text.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: ":", omittingEmptySubsequences: false)
            guard fields.count == 3, owners.contains(String(fields[0])), let first = UInt32(fields[1]),
                let count = UInt32(fields[2]), count > 0, !first.addingReportingOverflow(count).overflow
            else { return nil }
            return Range(first: first, count: count)
        }
    }

    /// The command that maps 0 to the own id and 1 ... to the ranges, one after another.
    static func command(_ tool: String, process: Int32, own: UInt32, ranges: [Range]) -> [String] {
        var arguments = [tool, String(process), "0", String(own), "1"]
        var next: UInt32 = 1
        // 340 extents are what the kernel takes.
        for range in ranges.prefix(339) {
            guard !next.addingReportingOverflow(range.count).overflow else { break }
            arguments += [String(next), String(range.first), String(range.count)]
            next += range.count
        }
        return arguments
    }
}
