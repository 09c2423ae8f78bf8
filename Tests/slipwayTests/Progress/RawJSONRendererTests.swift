import BuildEngine
import FoundationEssentials
import OCI
import Testing

@testable import slipway

@Suite struct RawJSONRendererTests {
    private func values(_ events: [ProgressEvent]) throws -> [JSONValue] {
        var renderer = RawJSONRenderer()
        return try events.flatMap { event in
            try renderer.handle(event).split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
        }
    }

    @Test func everyLineIsAnObjectOfSolveStatus() throws {
        let events =
            Scenario.twoStages + [
                Scenario.output(3, "a\u{1B}[0m\n\"quoted\"", at: 1), Scenario.transfer(3, "x", 1, of: nil, at: 1),
                Scenario.warning(at: 2), Scenario.finished(3, .failed(message: "line\nbreak"), at: 3),
            ]
        let lines = try values(events)
        #expect(lines.count == events.count)
        let known: Set<String> = ["vertexes", "statuses", "logs", "warnings"]
        for line in lines {
            let keys = try #require(line.objectValue?.keys)
            #expect(keys.allSatisfy(known.contains))
        }
    }

    @Test func aVertexGrows() throws {
        let lines = try values([
            Scenario.planned(Scenario.step(1, "a"), Scenario.step(2, "b", inputs: [1])),
            Scenario.started(2, at: 0.25), Scenario.finished(2, .cached, at: 1),
        ])
        let planned = try #require(lines[0]["vertexes"]?.arrayValue)
        let digest = JSONValue.string(Digest.sha256(of: "a").description)
        #expect(planned.count == 2)
        #expect(planned[0] == ["digest": digest, "name": "a"])
        #expect(planned[1]["inputs"] == [digest])
        let finished = try #require(lines[2]["vertexes"]?.arrayValue?.first)
        #expect(finished["started"] == "2023-11-14T22:13:20.25Z")
        #expect(finished["completed"] == "2023-11-14T22:13:21Z")
        #expect(finished["cached"] == true)
    }

    @Test func logsKeepEveryByte() throws {
        let bytes: [UInt8] = [0xFF, 0x00, 0x0A, 0x22]
        let lines = try values([
            Scenario.planned(Scenario.step(1, "a")),
            ProgressEvent(
                time: Scenario.date(0), kind: .output(StepID(rawValue: 1), .standardError, bytes)),
        ])
        let log = try #require(lines[1]["logs"]?.arrayValue?.first)
        #expect(log["stream"] == 2)
        #expect(log["data"]?.stringValue.flatMap { Data(base64Encoded: $0) } == Data(bytes))
    }

    /// The members are those of BuildKit's `VertexWarning`.
    @Test func warnings() throws {
        let lines = try values([
            Scenario.planned(Scenario.step(1, "load")), Scenario.started(1, at: 0), Scenario.warning(at: 0),
        ])
        let warning = try #require(lines[2]["warnings"]?.arrayValue?.first)
        func text(_ value: JSONValue?) -> String? {
            value?.stringValue.flatMap { Data(base64Encoded: $0) }.map { String(decoding: $0, as: UTF8.self) }
        }
        #expect(warning["vertex"]?.stringValue == Digest.sha256(of: "load").description)
        #expect(text(warning["short"]) == "StageNameCasing: Stage name 'Build' should be lowercase (line 3)")
        #expect(text(warning["detail"]?.arrayValue?.first) == "Stage names should be lowercase")
        #expect(warning["range"] == [["start": ["line": 3], "end": ["line": 3]]])
        #expect(text(warning["sourceInfo"]?["data"]) == "#\n#\nFROM x AS Build\n")
        #expect(warning["sourceInfo"]?["filename"] == "Dockerfile")
    }

    @Test(
        arguments: [
            (StepOutcome.failed(message: "no"), "no"), (.canceled, "context canceled"), (.executed, nil),
        ] as [(StepOutcome, String?)])
    func errors(outcome: StepOutcome, error: String?) throws {
        let lines = try values([Scenario.planned(Scenario.step(1, "a")), Scenario.finished(1, outcome, at: 1)])
        #expect(lines[1]["vertexes"]?.arrayValue?.first?["error"]?.stringValue == error)
    }

    @Test func theLastErrorIsALineToo() throws {
        var report = ErrorReport("no such stage", location: .init(file: "Dockerfile", line: 3))
        report.help = "look"
        let line = RawJSONRenderer.error(report)
        let error = try JSONValue(parsing: Array(line.utf8))["error"]
        #expect(error == ["message": "no such stage", "file": "Dockerfile", "line": 3, "help": "look"])
    }
}
