import BuildEngine
import Dockerfile
import FoundationEssentials

/// Progress as lines, in the form of `docker build --progress plain`:
///
///     #5 [build 2/5] RUN go build
///     #5 0.123 go: downloading …
///     #5 DONE 1.2s
///
/// With `explains`, a step says why it runs before its output (`#5 WHY main.go: content changed`), and a cached one by which
/// key it was found (`#5 CACHED (same inputs)`).
///
/// Steps run at the same time, but their lines should not alternate: one step at a time has the floor. What others say
/// waits until it has finished, or for `patience` seconds at most. Nothing is ever left out.
struct PlainRenderer: ProgressRenderer {
    /// Seconds that the output of another step waits for the running one to finish.
    static let patience = 2.0
    /// Seconds between two lines about one transfer.
    private static let transferInterval = 5.0

    /// Whether it is said why steps run.
    let explains: Bool

    private var board = StepBoard()
    private var numbers: [StepID: Int] = [:]
    private var floor: StepID?
    private var printedAnything = false
    /// Lines of steps that do not have the floor, and since when they wait.
    private var waiting: [(id: StepID, since: Date, lines: [String])] = []
    private var transferShown: [StepID: [String: Date]] = [:]

    init(explains: Bool = false) { self.explains = explains }

    mutating func handle(_ event: ProgressEvent) -> String {
        let known = board.warnings.count
        let output = board.apply(event)
        var text = ""
        switch event.kind {
        case .planned: break
        case .warning(let warning):
            guard board.warnings.count > known, let id = board.running else { break }
            text += say(
                ["#\(number(of: id)) WARN: \(TerminalText.sanitized(warning.shortText))"], for: id, at: event.time)
        case .started(let id):
            text += say([], for: id, at: event.time)
        case .explained(let id, let explanation):
            guard explains else { break }
            let lines = ExplanationText.lines(explanation, now: event.time)
            text += say(lines.map { "#\(number(of: id)) WHY \($0)" }, for: id, at: event.time)
        case .output(let id, _, _):
            text += say(numbered(output, of: id, at: event.time), for: id, at: event.time)
        case .transfer(let id, let name, _, _, _):
            text += say(transferLines(name, of: id, at: event.time), for: id, at: event.time)
        case .finished(let id, let outcome):
            var lines = numbered(output, of: id, at: event.time)
            if let ending = ending(of: id, outcome, at: event.time) { lines.append(ending) }
            text += say(lines, for: id, at: event.time, last: true)
        }
        return text + overdue(now: event.time)
    }

    mutating func tick(now: Date, size: TerminalSize) -> String { overdue(now: now) }

    /// What has waited long enough at `now`.
    private mutating func overdue(now: Date) -> String {
        guard let first = waiting.first, now.timeIntervalSince(first.since) >= Self.patience else { return "" }
        return giveFloor(to: first.id)
    }

    /// What is left when the build is over: lines that still wait, and the warnings.
    mutating func finish(succeeded: Bool, now: Date, size: TerminalSize) -> String {
        var text = ""
        while let first = waiting.first { text += giveFloor(to: first.id) }
        return text + WarningList.text(board.warnings)
    }

    var failure: StepFailure? { board.failure }

    private mutating func say(_ lines: [String], for id: StepID, at time: Date, last: Bool = false) -> String {
        guard board.steps[id] != nil else { return "" }
        var text = ""
        if let index = waiting.firstIndex(where: { $0.id == id }) {
            waiting[index].lines += lines
            // A finished step is said at once: nothing of it will come any more.
            if last { text += giveFloor(to: id) }
        } else if floor == nil || floor == id || last {
            text += print(lines, of: id)
        } else {
            waiting.append((id, time, lines))
        }
        guard last else { return text }
        floor = nil
        if let first = waiting.first { text += giveFloor(to: first.id) }
        return text
    }

    private mutating func giveFloor(to id: StepID) -> String {
        guard let index = waiting.firstIndex(where: { $0.id == id }) else { return "" }
        return print(waiting.remove(at: index).lines, of: id)
    }

    private mutating func print(_ lines: [String], of id: StepID) -> String {
        var text = ""
        if floor != id {
            if printedAnything { text += "\n" }
            text += "#\(number(of: id)) \(TerminalText.sanitized(board.steps[id]?.description.name ?? ""))\n"
            floor = id
            printedAnything = true
        }
        for line in lines { text += line + "\n" }
        return text
    }

    /// Steps are numbered in the order in which they are first heard of, as docker does.
    private mutating func number(of id: StepID) -> Int {
        if let number = numbers[id] { return number }
        numbers[id] = numbers.count + 1
        return numbers.count
    }

    private mutating func numbered(_ lines: [OutputLines.Line], of id: StepID, at time: Date) -> [String] {
        guard let step = board.steps[id], !lines.isEmpty else { return [] }
        let prefix = "#\(number(of: id)) \(DurationText.fixed(step.seconds(now: time), digits: 3)) "
        return lines.map { prefix + String(decoding: $0.bytes, as: UTF8.self) }
    }

    private mutating func ending(of id: StepID, _ outcome: StepOutcome, at time: Date) -> String? {
        guard let step = board.steps[id] else { return nil }
        let prefix = "#\(number(of: id)) "
        switch outcome {
        case .executed: return prefix + "DONE \(DurationText.fixed(step.seconds(now: time), digits: 1))s"
        case .cached: return prefix + "CACHED" + (explains ? ExplanationText.cached(step.explanation) : "")
        case .canceled: return prefix + "CANCELED"
        case .failed(let message): return prefix + "ERROR: \(message)"
        }
    }

    /// A transfer is mentioned when it begins, now and then, and when it ends.
    private mutating func transferLines(_ name: String, of id: StepID, at time: Date) -> [String] {
        guard let transfer = board.steps[id]?.transfers.first(where: { $0.name == name }) else { return [] }
        let shown = transferShown[id]?[name]
        if transfer.finished == nil, let shown, time.timeIntervalSince(shown) < Self.transferInterval { return [] }
        transferShown[id, default: [:]][name] = time
        var line = "#\(number(of: id)) \(TerminalText.sanitized(name))"
        if let total = transfer.total, total > 0 {
            line += " \(ByteCount.text(transfer.current, digits: 4)) / \(ByteCount.text(total, digits: 4))"
        } else if transfer.current > 0 {
            line += " \(ByteCount.text(transfer.current, digits: 4))"
        }
        let seconds = (transfer.finished ?? time).timeIntervalSince(transfer.started)
        if seconds > 0.01 { line += " \(DurationText.fixed(seconds, digits: 1))s" }
        return [transfer.finished == nil ? line : line + " done"]
    }
}
