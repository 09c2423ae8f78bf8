import FileSystem
import OCI

/// A line of a log: when, where to, whether a line end follows, and what.
struct StepLogLine {
    static let header = "step"
    static let end = "end"
    static let output = "stdout"
    static let error = "stderr"

    var time: Timestamp
    var stream: String
    var isWhole: Bool
    var text: ArraySlice<UInt8>

    /// Reads a line without its end; nil for anything else.
    init?(_ line: ArraySlice<UInt8>) {
        let fields = line.split(
            separator: UInt8(ascii: " "), maxSplits: 3, omittingEmptySubsequences: false)
        guard fields.count == 4, let time = RFC3339.parse(String(decoding: fields[0], as: UTF8.self)),
            fields[2].count == 1, let tag = fields[2].first, tag == UInt8(ascii: "F") || tag == UInt8(ascii: "P")
        else { return nil }
        self.time = Timestamp(seconds: time.seconds, nanoseconds: time.nanoseconds)
        stream = String(decoding: fields[1], as: UTF8.self)
        isWhole = tag == UInt8(ascii: "F")
        text = fields[3]
    }

    /// Where the text was printed to; nil for what this program says.
    var output: OutputStream? {
        switch stream {
        case Self.output: .standardOutput
        case Self.error: .standardError
        default: nil
        }
    }

    /// The lines of `text`, the last of which may have no end, as they stand in a log.
    static func bytes(of text: [UInt8], to stream: String, at time: Timestamp) -> [UInt8] {
        let start = "\(RFC3339.string(seconds: time.seconds, nanoseconds: time.nanoseconds)) \(stream) "
        let (whole, partial) = (Array("\(start)F ".utf8), Array("\(start)P ".utf8))
        var bytes: [UInt8] = []
        var rest = text[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            bytes += whole
            bytes += rest[...end]
            rest = rest[(end + 1)...]
        }
        guard !rest.isEmpty else { return bytes }
        bytes += partial
        bytes += rest
        bytes.append(UInt8(ascii: "\n"))
        return bytes
    }
}
