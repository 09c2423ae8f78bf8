/// Redraws a block of lines in place.
///
/// A frame becomes one piece of text for one write: the cursor goes up to the block's first line, lines that changed are
/// overwritten and their rest erased, lines that did not change are skipped. Nothing is cleared first, so nothing
/// flickers. The caller keeps a frame lower than the screen.
struct TerminalPainter {
    /// The lines of the last frame as written, and their widths in columns.
    private var shown: [(text: String, width: Int)] = []
    private var columns = 0
    private var cursorHidden = false

    /// The control sequences and text that turn the last frame into this one.
    ///
    /// - Parameters:
    ///   - lines: each at most `columns - 1` wide, so that no terminal wraps them.
    ///   - columns: the terminal's width now; after a change the whole block is painted anew.
    mutating func paint(_ lines: [StyledLine], columns: Int, palette: Palette) -> String {
        var output = ""
        if !cursorHidden {
            output += "\u{1B}[?25l"
            cursorHidden = true
        }
        let resized = columns != self.columns
        output += moveToTop(columns: columns)
        if resized { output += "\u{1B}[J" }
        var next: [(text: String, width: Int)] = []
        for (index, line) in lines.enumerated() {
            let text = line.rendered(columns: max(columns - 1, 1), palette: palette)
            if resized || index >= shown.count || shown[index].text != text {
                output += text + "\u{1B}[K"
            }
            output += "\r\n"
            next.append((text, DisplayWidth.of(TerminalText.sanitized(text))))
        }
        if shown.count > lines.count, !resized { output += "\u{1B}[J" }
        shown = next
        self.columns = columns
        return output
    }

    /// Paints the last frame and gives the cursor back; what is written next stands below it.
    mutating func finish(_ lines: [StyledLine], columns: Int, palette: Palette) -> String {
        var output = paint(lines, columns: columns, palette: palette)
        output += "\u{1B}[J\u{1B}[?25h"
        shown = []
        cursorHidden = false
        return output
    }

    /// A terminal that became narrower has wrapped the lines that no longer fit, so the block is higher than it was.
    private func moveToTop(columns: Int) -> String {
        let rows = shown.reduce(0) { $0 + max(1, ($1.width + max(columns, 1) - 1) / max(columns, 1)) }
        return rows > 0 ? "\r\u{1B}[\(rows)A" : "\r"
    }
}
