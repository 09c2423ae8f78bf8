import BuildEngine
import FoundationEssentials

/// The progress of a build as a block of lines for a terminal: the steps by stage with their times, and the last lines of
/// output of those that run.
///
/// Events in, frames out; `TerminalPainter` puts them on the screen. A frame is never higher than the screen: when there
/// is not room for everything, what matters least goes first (see `LiveView.Detail`).
struct LiveView {
    /// What is being built, for the first line.
    var title: String
    var palette: Palette
    /// Whether the summary says why steps ran.
    let explains: Bool
    private(set) var board = StepBoard()

    init(title: String, palette: Palette, explains: Bool = false) {
        self.title = title
        self.explains = explains
        self.palette = palette
    }

    /// Takes in an event.
    mutating func handle(_ event: ProgressEvent) { board.apply(event) }

    /// The step that made the build fail.
    var failure: StepFailure? { board.failure }

    /// The lines to show at `now` on a screen of `size`: at most `size.rows - 1`, since the cursor stands below them.
    func frame(now: Date, size: TerminalSize) -> [StyledLine] {
        let room = max(size.rows - 1, 1)
        var lines: [StyledLine] = []
        for detail in Detail.descending {
            lines = self.lines(now: now, detail: detail)
            if lines.count <= room { return lines }
        }
        return Array(lines.prefix(room))
    }

    /// What stays on the screen when the build is over: every step that ran or was cached, of any number.
    /// Nothing if there was nothing to show.
    func summary(succeeded: Bool, now: Date) -> [StyledLine] {
        guard !board.order.isEmpty else { return [] }
        let ending: Ending =
            succeeded ? .built : board.failed.isEmpty && board.isCanceled ? .canceled : .failed
        return lines(now: now, detail: Detail(pending: false, tail: 0), ending: ending)
    }

    /// How a build ended, as the first line says it.
    private enum Ending: String {
        case built = "Built"
        case canceled = "Canceled"
        case failed = "Failed"
    }

    private func lines(now: Date, detail: Detail, ending: Ending? = nil) -> [StyledLine] {
        var lines = [header(now: now, ending: ending)]
        for group in groups() {
            let visible = group.steps.filter { detail.pending || $0.state != .pending }
            guard !visible.isEmpty else { continue }
            if let stage = group.stage, detail.finishedStages != .open, group.isFinished {
                if detail.finishedStages == .line { lines.append(collapsed(stage, group.steps)) }
                continue
            }
            if let stage = group.stage {
                lines.append(StyledLine(" " + TerminalText.sanitized(stage, ascii: !palette.unicode), .bold))
            }
            for step in visible where detail.finishedSteps || !step.state.isFinished || step.state.isFailure {
                lines.append(line(step, now: now))
                if explains, ending != nil { lines += reasons(of: step, now: now) }
                if step.state == .running {
                    lines += transfers(of: step, now: now)
                    lines += tail(of: step, count: detail.tail)
                }
            }
        }
        return lines
    }

    private func header(now: Date, ending: Ending?) -> StyledLine {
        let steps = board.order.compactMap { board.steps[$0]?.state }
        let finished = steps.count { $0.isFinished }
        let cached = steps.count { $0 == .cached }
        let seconds = board.started.map { max(0, now.timeIntervalSince($0)) } ?? 0
        var counts = ending == .built ? "\(finished) steps" : "\(finished)/\(steps.count)"
        if cached > 0 { counts += ", \(cached) cached" }
        let style: StyledLine.Style =
            switch ending {
            case nil: .info
            case .built: .good
            case .canceled: .warning
            case .failed: .bad
            }
        return StyledLine(
            spans: [
                .init(text: ending?.rawValue ?? "Building", style: style),
                .init(text: " " + TerminalText.sanitized(title, ascii: !palette.unicode), style: .bold),
                .init(text: " (\(counts))", style: .dim),
            ], trailing: .init(text: DurationText.short(seconds), style: .plain))
    }

    private func line(_ step: StepBoard.Step, now: Date) -> StyledLine {
        let seconds = step.seconds(now: now)
        let time = DurationText.short(seconds)
        let (sign, style, trailing): (String, StyledLine.Style, StyledLine.Span?) =
            switch step.state {
            case .pending: (palette.pending, .dim, nil)
            case .running: (palette.spinner(Int(seconds * 10)), .info, .init(text: time, style: .plain))
            case .executed: (palette.done, .good, .init(text: time, style: .dim))
            case .cached:
                (
                    palette.done, .good,
                    .init(text: "CACHED" + (explains ? ExplanationText.cached(step.explanation) : ""), style: .info)
                )
            case .canceled: (palette.canceled, .warning, .init(text: "CANCELED", style: .warning))
            case .failed: (palette.failed, .bad, .init(text: time, style: .bad))
            }
        let name = TerminalText.sanitized(step.shortName, ascii: !palette.unicode)
        return StyledLine(
            spans: [
                .init(text: step.description.stage == nil ? " " : "  ", style: .plain),
                .init(text: sign, style: style),
                .init(text: " " + name, style: step.state == .pending ? .dim : .plain),
            ], trailing: trailing)
    }

    /// Why a step ran: below it when all is over. While the build goes on, room is for what happens.
    private func reasons(of step: StepBoard.Step, now: Date) -> [StyledLine] {
        ExplanationText.lines(step.explanation, now: now).map { line in
            StyledLine("    \(palette.gutter) \(TerminalText.sanitized(line, ascii: !palette.unicode))", .dim)
        }
    }

    private func transfers(of step: StepBoard.Step, now: Date) -> [StyledLine] {
        step.transfers.filter { $0.finished == nil }.suffix(4).map { transfer in
            let amount = ByteCount.text(transfer.current) + (transfer.total.map { " / " + ByteCount.text($0) } ?? "")
            let name = TerminalText.sanitized(transfer.name, ascii: !palette.unicode)
            return StyledLine("    \(palette.gutter) \(name)", .dim, trailing: .init(text: amount, style: .dim))
        }
    }

    private func tail(of step: StepBoard.Step, count: Int) -> [StyledLine] {
        step.visibleTail.filter { !$0.isEmpty }.suffix(count).map { line in
            // What does not fit the widest screen need not be looked at, ten times a second.
            let text = TerminalText.sanitized(line.prefix(4096), ascii: !palette.unicode)
            return StyledLine("    \(palette.gutter) \(text)", .dim)
        }
    }

    private func collapsed(_ stage: String, _ steps: [StepBoard.Step]) -> StyledLine {
        let cached = steps.count { $0.state == .cached }
        let start = steps.compactMap(\.started).min()
        let end = steps.compactMap(\.finished).max()
        let seconds = if let start, let end { max(0, end.timeIntervalSince(start)) } else { 0.0 }
        let counts = "\(steps.count) step\(steps.count == 1 ? "" : "s")" + (cached > 0 ? ", \(cached) cached" : "")
        return StyledLine(
            spans: [
                .init(text: " ", style: .plain), .init(text: palette.done, style: .good),
                .init(text: " " + TerminalText.sanitized(stage, ascii: !palette.unicode), style: .bold),
                .init(text: " (\(counts))", style: .dim),
            ], trailing: .init(text: DurationText.short(seconds), style: .dim))
    }

    private struct Group {
        var stage: String?
        var steps: [StepBoard.Step]
        var isFinished: Bool { steps.allSatisfy { $0.state == .executed || $0.state == .cached } }
    }

    /// The steps by stage; stages in the order in which they were planned, steps outside of stages where they stand.
    private func groups() -> [Group] {
        var groups: [Group] = []
        var positions: [String: Int] = [:]
        for step in board.order.compactMap({ board.steps[$0] }) {
            if let stage = step.description.stage {
                if let position = positions[stage] {
                    groups[position].steps.append(step)
                    continue
                }
                positions[stage] = groups.count
            } else if let last = groups.indices.last, groups[last].stage == nil {
                groups[last].steps.append(step)
                continue
            }
            groups.append(Group(stage: step.description.stage, steps: [step]))
        }
        return groups
    }
}

extension StepBoard.State {
    fileprivate var isFailure: Bool {
        if case .failed = self { true } else { false }
    }
}

extension StepBoard.Step {
    /// The name without that of the stage, which stands above it: `[build 2/5] RUN x` in stage `build` is `[2/5] RUN x`.
    var shortName: String {
        guard let stage = description.stage, description.name.hasPrefix("[\(stage) ") else { return description.name }
        return "[" + description.name.dropFirst(stage.count + 2)
    }
}
