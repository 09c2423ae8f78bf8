import BuildEngine
import FoundationEssentials

/// One way to show the progress of a build: events in, text to write out.
///
/// Renderers do no I/O and read no clock, so that a table of events can test them; `ProgressPresenter` does both.
protocol ProgressRenderer: Sendable {
    /// The text that an event is worth at once.
    mutating func handle(_ event: ProgressEvent) -> String
    /// The text that is due at `now`; asked for ten times a second.
    mutating func tick(now: Date, size: TerminalSize) -> String
    /// The text that ends the progress.
    mutating func finish(succeeded: Bool, now: Date, size: TerminalSize) -> String
    /// The step that made the build fail, if one did.
    var failure: StepFailure? { get }
}

extension ProgressMode {
    /// The renderer of a mode; `auto` counts as `plain`.
    ///
    /// - Parameter explains: whether it says why steps run.
    func renderer(title: String, palette: Palette, explains: Bool) -> any ProgressRenderer {
        switch self {
        case .auto, .plain: PlainRenderer(explains: explains)
        case .tty: LiveRenderer(title: title, palette: palette, explains: explains)
        case .rawjson: RawJSONRenderer(explains: explains)
        case .quiet: QuietRenderer()
        }
    }
}
