import Testing

@testable import Diagram

@Suite struct ShorteningTests {
    @Test(arguments: [
        ("short", 10, "short"), ("exactly-10", 10, "exactly-10"),
        ("/usr/share/doc/shipyard/tests.txt", 16, "/usr/…/tests.txt"),
        ("abc", 1, "…"), ("", 0, ""),
    ])
    func keepsTheEndOfAPath(text: String, limit: Int, expected: String) {
        #expect(Shortening.middle(text, to: Double(limit)) { Double($0.count) } == expected)
    }

    @Test func whatOneDoesNotNeedIsForTheOther() {
        let short = Shortening.pair("/a", "/usr/share/doc/x", to: 18) { Double($0.count) }
        #expect(short.first == "/a")
        #expect(short.second == "/usr/share/doc/x")
        let both = Shortening.pair("/usr/share/doc/y", "/usr/share/doc/x", to: 18) { Double($0.count) }
        #expect(both.first.count + both.second.count <= 18)
    }
}
