import BuildGraph
import FileSystem
import OCI
import Testing

@testable import BuildEngine

@Suite struct SmallPartsTests {
    @Test(
        arguments: [
            ("1970-01-01T00:00:07Z", 7), ("2023-11-14T22:13:20.123456789Z", 1_700_000_000),
            ("2023-11-14T23:13:20+01:00", 1_700_000_000), ("yesterday", nil), ("", nil),
        ] as [(String, Int64?)])
    func readsTimes(_ text: String, _ seconds: Int64?) {
        #expect(Epoch.seconds(rfc3339: text) == seconds)
    }

    @Test func writesTimes() {
        #expect(Epoch.rfc3339(Timestamp(seconds: 1_700_000_000, nanoseconds: 5)) == "2023-11-14T22:13:20Z")
    }

    @Test func theTailKeepsTheLastLines() {
        let tail = OutputTail(limit: 2)
        tail.append(Array("one\ntwo\r\nthr".utf8))
        tail.append(Array("ee\nfour".utf8))
        #expect(tail.lines == ["three", "four"])
    }

    @Test func longLinesAreCutInTheTail() {
        let tail = OutputTail(limit: 2)
        tail.append([UInt8](repeating: UInt8(ascii: "x"), count: 100_000))
        #expect(tail.lines.first?.count == 1_000)
    }

    @Test func recordsSurviveTheStore() throws {
        let record = StepRecord(layers: [Digest.sha256(of: "a"), Digest.sha256(of: "b")], epoch: 12)
        let read = try #require(StepRecord(record.payload))
        #expect(read.layers == record.layers)
        #expect(read.epoch == 12)
    }

    @Test(arguments: ["", "{}", "[]", "{\"layers\":[1],\"epoch\":1}", "{\"layers\":[\"x\"],\"epoch\":1}"])
    func recordsOfOthersAreNone(_ text: String) {
        #expect(StepRecord(Array(text.utf8)) == nil)
    }

    @Test func keysTellValuesApart() {
        func key(_ lists: [[String]]) -> Digest {
            var hasher = KeyHasher("test")
            for list in lists { hasher.add(list) }
            return hasher.finish()
        }
        #expect(key([["ab"], ["c"]]) != key([["a"], ["bc"]]))
        #expect(key([["a", "b"]]) != key([["a"], ["b"]]))
        #expect(key([[], ["a"]]) != key([["a"], []]))
    }

    @Test func escapedPathsMatchThemselves() {
        #expect(escapedPattern("/a[1]*?\\b") == "/a\\[1]\\*\\?\\\\b")
    }
}
