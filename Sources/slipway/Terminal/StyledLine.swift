/// One line of the terminal view: text in styles, cut to a number of columns before any control sequence is added, so
/// that a cut never falls inside one.
struct StyledLine: Equatable, Sendable {
    /// How text looks; what it means in control sequences is `Palette`'s matter.
    enum Style: Sendable {
        case plain, bold, dim, good, bad, warning, info
    }

    struct Span: Equatable, Sendable {
        var text: String
        var style: Style
    }

    /// The text from the left edge on.
    var spans: [Span]
    /// Text at the right edge: a time, or `CACHED`.
    var trailing: Span?

    init(_ text: String = "", _ style: Style = .plain, trailing: Span? = nil) {
        spans = [Span(text: text, style: style)]
        self.trailing = trailing
    }

    init(spans: [Span], trailing: Span? = nil) {
        self.spans = spans
        self.trailing = trailing
    }

    /// The line in at most `columns` columns, with the control sequences of `palette`.
    func rendered(columns: Int, palette: Palette) -> String {
        // A narrow terminal needs its columns for the name; the time is what can be missed.
        let trailing = trailing.flatMap { DisplayWidth.of($0.text) + 12 <= columns ? $0 : nil }
        let room = trailing.map { columns - DisplayWidth.of($0.text) - 1 } ?? columns
        var result = ""
        var used = 0
        for span in spans {
            let text = DisplayWidth.cut(span.text, to: room - used, ellipsis: palette.ellipsis)
            used += DisplayWidth.of(text)
            result += palette.apply(span.style, to: text)
            if text != span.text { break }
        }
        guard let trailing else { return result }
        result += String(repeating: " ", count: room - used + 1)
        return result + palette.apply(trailing.style, to: trailing.text)
    }
}
