import Testing

@testable import slipway

@Suite struct TerminalPainterTests {
    private let palette = Palette(unicode: true, color: false)

    @Test func onlyChangedLinesAreWritten() {
        var painter = TerminalPainter()
        let first = painter.paint([StyledLine("a"), StyledLine("b")], columns: 20, palette: palette)
        #expect(first == "\u{1B}[?25l\r\u{1B}[Ja\u{1B}[K\r\nb\u{1B}[K\r\n")
        let second = painter.paint([StyledLine("a"), StyledLine("c")], columns: 20, palette: palette)
        #expect(second == "\r\u{1B}[2A\r\nc\u{1B}[K\r\n")
    }

    @Test func aLowerFrameErasesTheRest() {
        var painter = TerminalPainter()
        _ = painter.paint([StyledLine("a"), StyledLine("b")], columns: 20, palette: palette)
        #expect(painter.paint([StyledLine("a")], columns: 20, palette: palette) == "\r\u{1B}[2A\r\n\u{1B}[J")
    }

    /// The terminal has wrapped each of the two lines of 15 columns into two.
    @Test func aNarrowerTerminalIsPaintedAnew() {
        var painter = TerminalPainter()
        let line = StyledLine(String(repeating: "x", count: 15))
        _ = painter.paint([line, line], columns: 20, palette: palette)
        let narrow = painter.paint([line, line], columns: 10, palette: palette)
        #expect(narrow.hasPrefix("\r\u{1B}[4A\u{1B}[Jxxxxxxxx…\u{1B}[K\r\n"))
    }

    @Test func theCursorComesBack() {
        var painter = TerminalPainter()
        _ = painter.paint([StyledLine("a")], columns: 20, palette: palette)
        #expect(
            painter.finish([StyledLine("b")], columns: 20, palette: palette).hasSuffix(
                "b\u{1B}[K\r\n\u{1B}[J\u{1B}[?25h"))
    }

    @Test func colorsSurviveTheCut() {
        let line = StyledLine(spans: [.init(text: "abc", style: .good), .init(text: "defgh", style: .bold)])
        let colored = Palette(unicode: true, color: true)
        #expect(line.rendered(columns: 5, palette: colored) == "\u{1B}[32mabc\u{1B}[0m\u{1B}[1md…\u{1B}[0m")
    }
}
