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

    init(time: Timestamp, stream: String, isWhole: Bool = true, text: ArraySlice<UInt8>) {
        self.time = time
        self.stream = stream
        self.isWhole = isWhole
        self.text = text
    }

    /// Reads a line without its end; nil for anything else.
    init?(_ line: ArraySlice<UInt8>) {
        let fields = line.split(
            separator: UInt8(ascii: " "), maxSplits: 3, omittingEmptySubsequences: false)
        guard fields.count == 4, let time = RFC3339.parse(String(decoding: fields[0], as: UTF8.self)),
            fields[2].count == 1, let tag = fields[2].first, tag == UInt8(ascii: "F") || tag == UInt8(ascii: "P")
        else { return nil }
        self.init(
            time: Timestamp(seconds: time.seconds, nanoseconds: time.nanoseconds),
            stream: String(decoding: fields[1], as: UTF8.self), isWhole: tag == UInt8(ascii: "F"), text: fields[3])
    }

    /// Where the text was printed to; nil for what this program says.
    var output: OutputStream? {
        switch stream {
        case Self.output: .standardOutput
        case Self.error: .standardError
        default: nil
        }
    }

    /// The line with its end.
    var bytes: [UInt8] {
        let when = RFC3339.string(seconds: time.seconds, nanoseconds: time.nanoseconds)
        return Array("\(when) \(stream) \(isWhole ? "F" : "P") ".utf8) + text + [UInt8(ascii: "\n")]
    }
}
