import BuildEngine
import FileSystem
import FoundationEssentials
import OCI
import Testing

@testable import slipway

/// How the renderers show why steps ran: only when that was asked for, and then each in its way.
@Suite struct ExplanationTests {
    private static let earlier = EarlierBuild(
        id: 12, started: Timestamp(seconds: Int64(Scenario.start.timeIntervalSince1970) - 300), label: "shop:1")

    private static func explained(_ number: Int, _ explanation: StepExplanation, at seconds: Double) -> ProgressEvent {
        ProgressEvent(
            time: Scenario.date(seconds), kind: .explained(StepID(rawValue: number), explanation))
    }

    private static let events: [ProgressEvent] = [
        Scenario.planned(
            Scenario.step(1, "[1/3] FROM x", stage: "s"), Scenario.step(2, "[2/3] COPY a", stage: "s"),
            Scenario.step(3, "[3/3] RUN b", stage: "s")),
        Scenario.started(1, at: 0), Scenario.finished(1, .cached, at: 0),
        Scenario.started(2, at: 0), explained(2, StepExplanation(.sameContent), at: 0),
        Scenario.finished(2, .cached, at: 0),
        Scenario.started(3, at: 0),
        explained(
            3,
            StepExplanation(
                .executed,
                reasons: [
                    StepReason(.argument, "V", old: "1", new: "\u{1B}[1m2"),
                    StepReason(.step, "[2/3] COPY a", causes: [StepReason(.file, "f", change: "added")]),
                ], earlier: earlier), at: 0),
        Scenario.output(3, "hello\n", at: 0.5), Scenario.finished(3, at: 1),
    ]

    @Test func linesBeforeTheOutput() {
        var renderer = PlainRenderer(explains: true)
        #expect(
            renderer.text(Self.events) == """
                #1 [1/3] FROM x
                #1 CACHED

                #2 [2/3] COPY a
                #2 CACHED (same content)

                #3 [3/3] RUN b
                #3 WHY build argument V: 1 -> 2
                #3 WHY after [2/3] COPY a (f: added)
                #3 WHY compared with build 12 of shop:1, 5 minutes ago
                #3 0.500 hello
                #3 DONE 1.0s

                """)
    }

    @Test func nothingIsSaidUnasked() {
        let plain = Self.events.filter { if case .explained = $0.kind { false } else { true } }
        var (asked, unasked) = (PlainRenderer(), PlainRenderer())
        #expect(asked.text(Self.events) == unasked.text(plain))
        var (json, expected) = (RawJSONRenderer(), RawJSONRenderer())
        #expect(json.text(Self.events) == expected.text(plain))
    }

    @Test func aMemberOfTheVertex() throws {
        var renderer = RawJSONRenderer(explains: true)
        let vertexes = try Self.events.compactMap { event in
            let line = renderer.handle(event)
            return line.isEmpty ? nil : try JSONValue(parsing: Array(line.utf8))["vertexes"]?.arrayValue?.last
        }
        #expect(vertexes[4]["explanation"] == ["cached": "same content"])
        let last = try #require(vertexes.last?["explanation"])
        #expect(last["reasons"]?.arrayValue?.first?["name"] == "V")
        #expect(last["earlier"]?["build"] == 12)
        #expect(vertexes[2]["explanation"] == nil)
    }

    @Test(arguments: [true, false])
    func belowTheStepsWhenAllIsOver(unicode: Bool) {
        let palette = Palette(unicode: unicode, color: false)
        var view = LiveView(title: "shop:1", palette: palette, explains: true)
        for event in Self.events.dropLast() { view.handle(event) }
        let size = TerminalSize(columns: 60, rows: 24)
        let running = view.frame(now: Scenario.date(1), size: size).map { $0.rendered(columns: 59, palette: palette) }
        #expect(!running.contains { $0.contains("compared") })
        if let last = Self.events.last { view.handle(last) }
        let over = view.summary(succeeded: true, now: Scenario.date(1)).map {
            $0.rendered(columns: 59, palette: palette)
        }
        let gutter = palette.gutter
        #expect(
            over.suffix(4) == [
                "  \(palette.done) [3/3] RUN b" + String(repeating: " ", count: 40) + "1.0s",
                "    \(gutter) build argument V: 1 -> 2",
                "    \(gutter) after [2/3] COPY a (f: added)",
                "    \(gutter) compared with build 12 of shop:1, 5 minutes ago",
            ], "\(over)")
        #expect(over.contains { $0.hasSuffix("CACHED (same content)") })
    }
}
