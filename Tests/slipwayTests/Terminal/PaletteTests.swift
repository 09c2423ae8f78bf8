import Testing

@testable import slipway

@Suite struct PaletteTests {
    @Test(
        arguments: [
            (["LANG": "en_US.UTF-8"], true), (["LANG": "C.utf8"], true), (["LANG": "C"], false), ([:], false),
            (["LANG": "en_US.UTF-8", "LC_ALL": "C"], false), (["LANG": "C", "LC_CTYPE": "C.UTF-8"], true),
            (["LANG": "C.UTF-8", "LC_ALL": ""], true),
        ] as [([String: String], Bool)])
    func unicode(environment: [String: String], expected: Bool) {
        #expect(Palette(environment: environment).unicode == expected)
    }

    @Test(
        arguments: [
            ([:], true), (["NO_COLOR": "1"], false), (["NO_COLOR": ""], true), (["TERM": "dumb"], false),
            (["TERM": "xterm"], true),
        ] as [([String: String], Bool)])
    func color(environment: [String: String], expected: Bool) {
        #expect(Palette(environment: environment).color == expected)
    }
}
