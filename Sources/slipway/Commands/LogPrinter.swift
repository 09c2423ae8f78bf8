import BuildEngine
import FileSystem
import FoundationEssentials
import OCI

/// Prints the log of a step.
struct LogPrinter {
    enum Form {
        /// As the step printed it.
        case raw
        /// Numbered, with the name before and the end behind, as `--progress plain` has it.
        case steps
        /// An object a line, as docker's own logs have it: `log`, `stream`, `time`, and which step it is.
        case json
    }

    let log: StepLog
    let form: Form
    let hasTimes: Bool

    private var lines: [OutputStream: OutputLines] = [:]
    /// Of streams whose line has begun and not ended.
    private var open: Set<OutputStream> = []

    /// Pieces of output are written together up to this size.
    private static let blockSize = 64 << 10

    init(log: StepLog, form: Form, hasTimes: Bool) {
        self.log = log
        self.form = form
        self.hasTimes = hasTimes
    }

    /// Prints all of it.
    mutating func print(to output: ByteOutput) throws {
        var block: [UInt8] = []
        if form == .steps { block += Array("#\(log.number) \(TerminalText.sanitized(log.name))\n".utf8) }
        try log.read { entry in
            switch form {
            case .raw: block += raw(entry)
            case .steps: block += numbered(entry)
            case .json: block += object(entry)
            }
            guard block.count > Self.blockSize else { return }
            try output.write(block)
            block = []
        }
        if form == .steps { block += ending }
        try output.write(block)
    }

    private mutating func raw(_ entry: StepLog.Entry) -> [UInt8] {
        guard hasTimes else { return entry.bytes }
        // A line that came in pieces has the time of the first one.
        let isContinued = open.contains(entry.stream)
        if entry.bytes.last == UInt8(ascii: "\n") { open.remove(entry.stream) } else { open.insert(entry.stream) }
        return isContinued ? entry.bytes : Array("\(Self.text(entry.time)) ".utf8) + entry.bytes
    }

    private mutating func numbered(_ entry: StepLog.Entry) -> [UInt8] {
        let lines = self.lines[entry.stream, default: OutputLines()].append(entry.bytes)
        return lines.flatMap { Array(prefix(entry.time).utf8) + $0.bytes + [UInt8(ascii: "\n")] }
    }

    private var ending: [UInt8] {
        var text: [UInt8] = []
        for stream in [OutputStream.standardOutput, .standardError] {
            var rest = lines[stream] ?? OutputLines()
            guard let line = rest.finish() else { continue }
            text += Array(prefix(log.ending?.time ?? log.started).utf8) + line.bytes + [UInt8(ascii: "\n")]
        }
        return text + Array("#\(log.number) \(outcome)\n".utf8)
    }

    private var outcome: String {
        guard let ending = log.ending else { return "NOT ENDED" }
        let seconds = DurationText.fixed(Self.seconds(from: log.started, to: ending.time), digits: 1)
        return switch ending.outcome {
        case .done: "DONE \(seconds)s"
        case .cached: "CACHED"
        case .failed: "ERROR: \(TerminalText.sanitized(ending.message ?? "failed"))"
        case .canceled: "CANCELED"
        case .running: "NOT ENDED"
        }
    }

    private func prefix(_ time: Timestamp) -> String {
        let seconds = DurationText.fixed(Self.seconds(from: log.started, to: time), digits: 3)
        return "#\(log.number) \(hasTimes ? Self.text(time) : seconds) "
    }

    private func object(_ entry: StepLog.Entry) -> [UInt8] {
        var object: JSONValue = [
            "build": .integer(log.build), "step": .integer(Int64(log.number)), "name": .string(log.name),
            "stream": entry.stream == .standardOutput ? "stdout" : "stderr", "time": .string(Self.text(entry.time)),
        ]
        if let text = String(validating: entry.bytes, as: UTF8.self) {
            object["log"] = .string(text)
        } else {
            // JSON has no place for bytes that are no text.
            object["data"] = .string(Data(entry.bytes).base64EncodedString())
        }
        return object.encoded() + [UInt8(ascii: "\n")]
    }

    private static func text(_ time: Timestamp) -> String {
        RFC3339.string(seconds: time.seconds, nanoseconds: time.nanoseconds)
    }

    private static func seconds(from start: Timestamp, to end: Timestamp) -> Double {
        max(0, Double(end.seconds - start.seconds) + Double(end.nanoseconds - start.nanoseconds) / 1e9)
    }
}
