import BuildEngine

/// The step that made a build fail, for the report below the progress.
struct StepFailure: Equatable, Sendable {
    var name: String
    var message: String
    /// The line of the Dockerfile, counted from 1.
    var line: Int?
    /// The last lines of its output with the seconds since its start.
    var tail: [TailLine]
    /// How many lines of output there were.
    var lineCount: Int

    /// Whether the end is not all of it.
    var isCut: Bool { lineCount > tail.count }

    struct TailLine: Equatable, Sendable {
        var seconds: Double
        var line: [UInt8]
    }

    init(name: String, message: String, line: Int? = nil, tail: [TailLine] = [], lineCount: Int = 0) {
        self.name = name
        self.message = message
        self.line = line
        self.tail = tail
        self.lineCount = max(lineCount, tail.count)
    }

    init(_ step: StepBoard.Step) {
        name = step.description.name
        line = step.description.line
        tail = step.tail.map { TailLine(seconds: $0.seconds, line: $0.line.bytes) }
        lineCount = step.lineCount
        message = if case .failed(let message) = step.state { message } else { "" }
    }

    /// The block that repeats the end of the output, in the form docker gives it.
    func rendered(ascii: Bool) -> String {
        var text = "------\n > \(TerminalText.sanitized(name, ascii: ascii)):\n"
        for line in tail {
            text +=
                "\(DurationText.fixed(line.seconds, digits: 3)) \(TerminalText.sanitized(line.line, ascii: ascii))\n"
        }
        return text + "------\n"
    }
}
