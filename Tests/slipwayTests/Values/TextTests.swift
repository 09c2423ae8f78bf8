import Testing

@testable import slipway

@Suite struct TextTests {
    @Test(
        arguments: [
            (0, "0B"), (999, "999B"), (1000, "1kB"), (1234, "1.23kB"), (12_345, "12.3kB"), (123_456, "123kB"),
            (1_030_000, "1.03MB"), (2_500_000_000, "2.5GB"), (-5, "0B"), (.max, "9223PB"),
        ] as [(Int64, String)])
    func bytes(count: Int64, expected: String) {
        #expect(ByteCount.text(count) == expected)
    }

    @Test(
        arguments: [
            (0, "0.0s"), (0.04, "0.0s"), (0.05, "0.1s"), (59.94, "59.9s"), (60, "1m 00s"), (125, "2m 05s"),
            (3725, "1h 02m"), (-1, "0.0s"), (.nan, "0.0s"), (.infinity, "2500000h 00m"),
        ] as [(Double, String)])
    func durations(seconds: Double, expected: String) {
        #expect(DurationText.short(seconds) == expected)
    }

    @Test(arguments: [(1.0005, 3, "1.001"), (0.123, 3, "0.123"), (12, 0, "12"), (0.9999, 3, "1.000")])
    func fixed(seconds: Double, digits: Int, expected: String) {
        #expect(DurationText.fixed(seconds, digits: digits) == expected)
    }

    @Test(
        arguments: [
            (0, "Less than a second ago"), (1, "1 second ago"), (59, "59 seconds ago"), (60, "About a minute ago"),
            (150, "2 minutes ago"), (3600, "About an hour ago"), (7200, "2 hours ago"), (172_800, "2 days ago"),
            (86_400 * 15, "2 weeks ago"), (86_400 * 70, "2 months ago"), (86_400 * 800, "2 years ago"),
            (-5, "Less than a second ago"),
        ] as [(Int64, String)])
    func ages(seconds: Int64, expected: String) {
        #expect(AgeText.since(1_700_000_000 - seconds, now: 1_700_000_000) == expected)
    }

    @Test func tables() {
        let table = TextTable(header: ["A", "LONG HEADER", "C"], rows: [["x", "y", "z"], ["日本語日本語", "", "w"]])
        #expect(
            table.text == """
                A              LONG HEADER   C
                x              y             z
                日本語日本語                 w

                """)
    }
}
