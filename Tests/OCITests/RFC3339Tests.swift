import OCI
import Testing

struct RFC3339Tests {
    @Test(
        arguments: [
            (0, 0, "1970-01-01T00:00:00Z"), (1_709_208_000, 0, "2024-02-29T12:00:00Z"), (-1, 0, "1969-12-31T23:59:59Z"),
            (951_782_400, 500_000_000, "2000-02-29T00:00:00.5Z"), (4_107_542_400, 1, "2100-03-01T00:00:00.000000001Z"),
            (-62_135_596_800, 0, "0001-01-01T00:00:00Z"), (253_402_300_799, 0, "9999-12-31T23:59:59Z"),
        ] as [(Int64, Int32, String)])
    func writesAndReads(_ seconds: Int64, _ nanoseconds: Int32, _ text: String) throws {
        #expect(RFC3339.string(seconds: seconds, nanoseconds: nanoseconds) == text)
        let parsed = try #require(RFC3339.parse(text))
        #expect(parsed == (seconds, nanoseconds))
    }

    @Test(
        arguments: [
            ("2024-02-29T13:30:00+01:30", 1_709_208_000), ("2024-02-29t11:00:00-01:00", 1_709_208_000),
            ("2024-02-29 12:00:00.9999999999z", 1_709_208_000), ("2016-12-31T23:59:60Z", 1_483_228_800),
        ] as [(String, Int64)])
    func readsOffsets(_ text: String, _ seconds: Int64) throws {
        #expect(try #require(RFC3339.parse(text)).seconds == seconds)
    }

    @Test(arguments: [
        "", "2024", "2024-02-30T00:00:00Z", "2023-02-29T00:00:00Z", "2024-13-01T00:00:00Z", "2024-00-01T00:00:00Z",
        "2024-01-01T24:00:00Z", "2024-01-01T00:60:00Z", "2024-01-01T00:00:00", "2024-01-01T00:00:00.Z",
        "2024-01-01T00:00:00+1:00", "2024-01-01T00:00:00Zx", "٢٠٢٤-01-01T00:00:00Z", "-024-01-01T00:00:00Z",
    ])
    func refuses(_ text: String) {
        #expect(RFC3339.parse(text) == nil)
    }
}
