import BuildEngine
import FoundationEssentials

/// Progress as a view that is redrawn in place, for a terminal.
struct LiveRenderer: ProgressRenderer {
    private var view: LiveView
    private var painter = TerminalPainter()

    init(title: String, palette: Palette, explains: Bool = false) {
        view = LiveView(title: title, palette: palette, explains: explains)
    }

    var failure: StepFailure? { view.failure }

    /// Nothing is drawn for an event: frames come by the clock, however many events lie between two of them.
    mutating func handle(_ event: ProgressEvent) -> String {
        view.handle(event)
        return ""
    }

    mutating func tick(now: Date, size: TerminalSize) -> String {
        painter.paint(view.frame(now: now, size: size), columns: size.columns, palette: view.palette)
    }

    mutating func finish(succeeded: Bool, now: Date, size: TerminalSize) -> String {
        painter.finish(view.summary(succeeded: succeeded, now: now), columns: size.columns, palette: view.palette)
            + WarningList.text(view.board.warnings, palette: view.palette)
    }
}
