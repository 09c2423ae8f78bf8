import Testing

@testable import slipway

@Suite struct OutputLinesTests {
    @Test(
        arguments: [
            (["a\nb\n"], ["a", "b"], nil),
            (["a", "b", "\nc"], ["ab"], "c"),
            (["a\r\nb\r\n"], ["a", "b"], nil),
            (["a\r", "\nb"], ["a"], "b"),
            (["10%\r20%\r30%\n"], ["10%", "20%", "30%"], nil),
            (["\r\r\rx\n"], ["x"], nil),
            (["\n\n"], ["", ""], nil),
            ([""], [], nil),
        ] as [([String], [String], String?)])
    func lines(pieces: [String], lines: [String], rest: String?) {
        var splitter = OutputLines()
        var result: [OutputLines.Line] = []
        for piece in pieces { result += splitter.append(Array(piece.utf8)) }
        #expect(result.map { String(decoding: $0.bytes, as: UTF8.self) } == lines)
        #expect(splitter.finish().map { String(decoding: $0.bytes, as: UTF8.self) } == rest)
    }

    @Test func aLineWithoutEndDoesNotGrowForever() {
        var splitter = OutputLines()
        let piece = [UInt8](repeating: 0x61, count: 100_000)
        let lines = (0..<10).flatMap { _ in splitter.append(piece) } + [splitter.finish()].compactMap { $0 }
        #expect(lines.allSatisfy { $0.bytes.count <= OutputLines.longestLine })
        #expect(lines.reduce(0) { $0 + $1.bytes.count } == 1_000_000)
    }
}
