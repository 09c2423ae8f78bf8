import Testing

@testable import slipway

@Suite struct ProgressModeTests {
    private static let xterm = ["TERM": "xterm"]

    @Test(
        arguments: [
            (nil, false, xterm, true, .tty), (nil, false, xterm, false, .plain),
            (nil, false, ["TERM": "dumb"], true, .plain),
            (nil, false, [:], true, .plain), ("auto", false, xterm, true, .tty), ("plain", false, xterm, true, .plain),
            ("tty", false, xterm, true, .tty), ("tty", false, ["TERM": "dumb"], true, .plain),
            ("rawjson", false, xterm, true, .rawjson), ("quiet", false, xterm, true, .quiet),
            (nil, true, xterm, true, .quiet), ("auto", true, xterm, true, .quiet),
            (nil, false, ["TERM": "xterm", "BUILDKIT_PROGRESS": "plain"], true, .plain),
            (nil, false, ["BUILDKIT_PROGRESS": "plain", "SLIPWAY_PROGRESS": "rawjson"], true, .rawjson),
            (nil, false, ["SLIPWAY_PROGRESS": "tty"], false, .plain),
            ("plain", false, ["SLIPWAY_PROGRESS": "rawjson"], false, .plain),
            (nil, true, ["SLIPWAY_PROGRESS": "rawjson"], false, .quiet),
        ] as [(String?, Bool, [String: String], Bool, ProgressMode)])
    func resolved(flag: String?, quiet: Bool, environment: [String: String], isTerminal: Bool, expected: ProgressMode)
        throws
    {
        let mode = try ProgressMode.resolve(
            flag: flag, quiet: quiet, environment: environment, isTerminal: isTerminal)
        #expect(mode == expected)
    }
}
