import Archive
public import ContentStore
public import FileSystem
import OCI
public import SystemPackage

/// The log of a step of a build: all that it printed, with times.
///
/// It is a file `builds/<build>/<number>.log` in the form of the Container Runtime Interface's logs, a line for each line of
/// output and each piece of one, `F` where a line end follows and `P` where none does:
///
///     2026-11-22T03:17:07.669794202Z stdout F go: downloading example.org/x v1.2.3
///
/// The first line has the stream `step` and says which step it is, the last one has `end` and says what became of it. A log
/// without end is that of a step which still runs, or whose build was killed. What a step prints is always behind one of
/// the other two names, so that it can pretend to nothing.
public struct StepLog: Sendable, Hashable {
    /// How the step ended.
    public struct Ending: Sendable, Hashable {
        /// What became of it.
        public var outcome: BuildReport.Outcome
        /// Why it failed.
        public var message: String?
        /// When.
        public var time: Timestamp
    }

    /// A piece of what the step printed.
    public struct Entry: Sendable, Hashable {
        /// When it was printed.
        public var time: Timestamp
        /// Where to.
        public var stream: OutputStream
        /// What, with the line end if there is one; never more than one line.
        public var bytes: [UInt8]
    }

    /// The number of the build.
    public var build: Int64
    /// Counted from 1 in the order in which the steps of the build were begun.
    public var number: Int
    /// `[build 2/5] RUN go build`.
    public var name: String
    /// The stage by name.
    public var stage: String
    /// The line of the Dockerfile, from 1.
    public var line: Int?
    /// When the step was begun.
    public var started: Timestamp
    /// What became of it; nil while nobody has said.
    public var ending: Ending?
    /// The file.
    public var path: FilePath

    static let suffix = ".log"
    /// Longer lines of a file were not written by this program. A piece of output is as long as what a pipe gives at once.
    private static let longestLine = 1 << 20

    /// The logs of a build, in the order in which its steps were begun; none when they are gone.
    ///
    /// Throws `FileSystemError`.
    public static func all(of build: Int64, in store: ContentStore) throws -> [StepLog] {
        let directory = store.buildDirectory(build)
        return try numbers(in: directory).sorted().compactMap {
            try read(build, $0, directory.appending("\($0)\(suffix)"))
        }
    }

    private static func numbers(in directory: FilePath) throws(FileSystemError) -> [Int] {
        let entries: [DirectoryEntry]
        do throws(FileSystemError) {
            entries = try DirectoryHandle(directory).entries()
        } catch {
            if error.isNotFound { return [] }
            throw error
        }
        return entries.compactMap { entry in
            let name = entry.name.description
            return name.hasSuffix(suffix) ? Int(name.dropLast(suffix.count)) : nil
        }
    }

    /// A log without its entries; nil where the file is gone, or is no log.
    private static func read(_ build: Int64, _ number: Int, _ path: FilePath) throws -> StepLog? {
        let file: FileDescriptor
        do {
            file = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec, .noFollow])
        } catch Errno.noSuchFileOrDirectory {
            return nil
        }
        defer { file.closeAfterReading() }
        let size = try file.seek(offset: 0, from: .end)
        _ = try file.seek(offset: 0, from: .start)
        let head = try FileSource(file).read(upTo: 64 << 10)
        _ = try file.seek(offset: max(0, size - 64 << 10), from: .start)
        let tail = try FileSource(file).read(upTo: 64 << 10)
        guard let first = head.firstIndex(of: UInt8(ascii: "\n")).flatMap({ StepLogLine(head[..<$0]) }),
            first.stream == StepLogLine.header, let json = try? JSONValue(parsing: Array(first.text)),
            let name = json["name"]?.stringValue
        else { return nil }
        var log = StepLog(
            build: build, number: number, name: name, stage: json["stage"]?.stringValue ?? "",
            line: json["line"]?.integerValue.map { Int(clamping: $0) }, started: first.time, path: path)
        if let last = tail.dropLast().split(separator: UInt8(ascii: "\n")).last.flatMap(StepLogLine.init),
            tail.last == UInt8(ascii: "\n"), last.stream == StepLogLine.end,
            let json = try? JSONValue(parsing: Array(last.text)),
            let outcome = json["outcome"]?.stringValue.flatMap(BuildReport.Outcome.init(rawValue:))
        {
            log.ending = Ending(outcome: outcome, message: json["message"]?.stringValue, time: last.time)
        }
        return log
    }

    /// Reads what the step printed, in order, however long it is. What was cut off by a crash is left out.
    ///
    /// Throws `FileSystemError`, and what `body` throws.
    public func read(_ body: (Entry) throws -> Void) throws {
        let file = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec, .noFollow])
        defer { file.closeAfterReading() }
        let source = FileSource(file)
        var rest: [UInt8] = []
        while true {
            let chunk = try source.read(upTo: 256 << 10)
            if chunk.isEmpty { return }
            rest += chunk
            guard let last = rest.lastIndex(of: UInt8(ascii: "\n")) else {
                guard rest.count <= Self.longestLine else {
                    throw FileSystemError(.fileTooLarge, operation: "read a line of", path: path)
                }
                continue
            }
            for line in rest[..<last].split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: true) {
                guard let line = StepLogLine(line), let stream = line.output else { continue }
                let end = line.isWhole ? [UInt8(ascii: "\n")] : []
                try body(Entry(time: line.time, stream: stream, bytes: Array(line.text) + end))
            }
            rest.removeFirst(last + 1)
        }
    }
}
