import BuildEngine
import FoundationEssentials

/// Says nothing, and remembers the end of the output in case a step fails.
struct QuietRenderer: ProgressRenderer {
    private var board = StepBoard()

    var failure: StepFailure? { board.failure }

    mutating func handle(_ event: ProgressEvent) -> String {
        board.apply(event)
        return ""
    }

    func tick(now: Date, size: TerminalSize) -> String { "" }

    func finish(succeeded: Bool, now: Date, size: TerminalSize) -> String { "" }
}
