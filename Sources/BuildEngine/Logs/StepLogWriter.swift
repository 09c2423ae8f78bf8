import FileSystem
import OCI
import SystemPackage

/// Writes the log of a step as its output comes, so that it is there up to the end of a build that is killed.
final class StepLogWriter: Sendable {
    private let file: FileDescriptor
    private let path: FilePath

    /// Names and messages may have the whole of an instruction in them, and are cut after so many bytes: readers look for them
    /// in the first and last 64 KiB.
    private static let longestText = 4096

    /// Begins the log `number` in the directory of a build.
    init(
        _ number: Int, of step: StepDescription, at time: Timestamp, in directory: FilePath
    ) throws {
        path = directory.appending("\(number)\(StepLog.suffix)")
        file = try FileDescriptor.open(
            path, .writeOnly, options: [.create, .exclusiveCreate, .append, .closeOnExec],
            permissions: [.ownerReadWrite])
        var json: JSONValue = ["name": .string(Self.cut(step.name)), "stage": .string(step.stage ?? "")]
        json["line"] = step.line.map { .integer(Int64($0)) }
        try write(json.encoded() + [UInt8(ascii: "\n")], to: StepLogLine.header, at: time)
    }

    deinit { file.closeAfterReading() }

    func append(_ stream: OutputStream, _ bytes: [UInt8], at time: Timestamp) throws {
        try write(bytes, to: stream == .standardOutput ? StepLogLine.output : StepLogLine.error, at: time)
    }

    /// Ends the log.
    func end(_ outcome: StepOutcome, at time: Timestamp) throws {
        var json: JSONValue = ["outcome": .string(BuildReport.Outcome(outcome).rawValue)]
        if case .failed(let message) = outcome {
            json["message"] = .string(Self.cut(message))
        }
        try write(json.encoded() + [UInt8(ascii: "\n")], to: StepLogLine.end, at: time)
    }

    private static func cut(_ text: String) -> String {
        text.utf8.count <= longestText ? text : String(decoding: text.utf8.prefix(longestText), as: UTF8.self) + "..."
    }

    private func write(_ text: [UInt8], to stream: String, at time: Timestamp) throws {
        try file.writeAll(StepLogLine.bytes(of: text, to: stream, at: time), path: path)
    }
}
