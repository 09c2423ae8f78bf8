import FileSystem
import OCI
import SystemPackage

/// Writes the log of a step as its output comes, so that it is there up to the end of a build that is killed.
final class StepLogWriter: Sendable {
    private let file: FileDescriptor
    private let path: FilePath

    /// A message is no place for a whole command's text.
    private static let longestMessage = 4096

    /// Begins the log `number` in the directory of a build.
    init(
        _ number: Int, of step: StepDescription, at time: Timestamp, in directory: FilePath
    ) throws {
        path = directory.appending("\(number)\(StepLog.suffix)")
        file = try FileDescriptor.open(
            path, .writeOnly, options: [.create, .exclusiveCreate, .append, .closeOnExec],
            permissions: [.ownerReadWrite])
        var json: JSONValue = ["name": .string(step.name), "stage": .string(step.stage ?? "")]
        json["line"] = step.line.map { .integer(Int64($0)) }
        try write([StepLogLine(time: time, stream: StepLogLine.header, text: json.encoded()[...])])
    }

    deinit { file.closeAfterReading() }

    func append(_ stream: OutputStream, _ bytes: [UInt8], at time: Timestamp) throws {
        let name = stream == .standardOutput ? StepLogLine.output : StepLogLine.error
        var lines: [StepLogLine] = []
        var rest = bytes[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            lines.append(StepLogLine(time: time, stream: name, text: rest[..<end]))
            rest = rest[(end + 1)...]
        }
        if !rest.isEmpty { lines.append(StepLogLine(time: time, stream: name, isWhole: false, text: rest)) }
        try write(lines)
    }

    /// Ends the log.
    func end(_ outcome: StepOutcome, at time: Timestamp) throws {
        var json: JSONValue = ["outcome": .string(BuildReport.Outcome(outcome).rawValue)]
        if case .failed(let message) = outcome {
            json["message"] = .string(String(message.prefix(Self.longestMessage)))
        }
        try write([StepLogLine(time: time, stream: StepLogLine.end, text: json.encoded()[...])])
    }

    private func write(_ lines: [StepLogLine]) throws {
        try file.writeAll(Array(lines.map(\.bytes).joined()), path: path)
    }
}
