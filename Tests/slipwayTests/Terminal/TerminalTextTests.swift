import Testing

@testable import slipway

@Suite struct TerminalTextTests {
    @Test(arguments: [
        ("plain", "plain"),
        ("\u{1B}[31mred\u{1B}[0m", "red"),
        ("\u{1B}[2J\u{1B}[Hgone", "gone"),
        ("\u{1B}]0;title\u{07}text", "text"),
        ("\u{1B}]8;;http://x\u{1B}\\link\u{1B}]8;;\u{1B}\\", "link"),
        ("\u{1B}P1$r0m\u{1B}\\x", "x"),
        ("\u{1B}(Bx", "x"),
        ("\u{1B}7x\u{1B}8", "x"),
        ("a\u{08}b\u{07}c\u{7F}", "abc"),
        ("\u{9B}31mx", "x"),
        ("a\tb", "a       b"),
        ("12345678\tb", "12345678        b"),
        ("\u{202E}evil\u{202C}", "evil"),
        ("\u{1B}", ""),
        ("\u{1B}[", ""),
        ("\u{1B}[31\u{1B}[32mx", "x"),
        ("\u{1B}]0;never closed", ""),
    ])
    func sanitized(text: String, expected: String) {
        #expect(TerminalText.sanitized(text) == expected)
    }

    @Test func bytesThatAreNoUTF8AreReplaced() {
        #expect(TerminalText.sanitized([0x61, 0xFF, 0x62]) == "a\u{FFFD}b")
        #expect(TerminalText.sanitized([0x61, 0xFF, 0x62], ascii: true) == "a?b")
    }
}
