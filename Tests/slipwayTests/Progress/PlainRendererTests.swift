import BuildEngine
import Testing

@testable import slipway

@Suite struct PlainRendererTests {
    @Test func stepsLookLikeDockers() {
        var renderer = PlainRenderer()
        let events =
            Scenario.twoStages + [
                Scenario.output(3, "cc main.c\nwarning: é", at: 1.5),
                Scenario.output(3, " x\r\ndone\n", at: 2.25, .standardOutput),
                Scenario.finished(3, at: 3.2),
                Scenario.started(4, at: 3.2),
                Scenario.finished(4, .failed(message: "\"/app\": not found"), at: 3.3),
            ]
        let expected = """
            #1 [internal] load build definition from Dockerfile
            #1 DONE 0.1s

            #2 [build 1/2] WORKDIR /src
            #2 CACHED

            #3 [build 2/2] RUN make
            #3 1.300 cc main.c
            #3 2.050 warning: é x
            #3 2.050 done
            #3 DONE 3.0s

            #4 [final 1/1] COPY --from=build /app /app
            #4 ERROR: "/app": not found

            """
        #expect(renderer.text(events, finishedAt: 4) == expected)
        #expect(renderer.failure?.message == "\"/app\": not found")
    }

    @Test func stepsAtTheSameTimeDoNotAlternate() {
        var renderer = PlainRenderer()
        let events = [
            Scenario.planned(Scenario.step(1, "a"), Scenario.step(2, "b")),
            Scenario.started(1, at: 0), Scenario.started(2, at: 0),
            Scenario.output(1, "a1\n", at: 0.1), Scenario.output(2, "b1\n", at: 0.2),
            Scenario.output(1, "a2\n", at: 0.3), Scenario.finished(1, at: 0.4),
            Scenario.output(2, "b2\n", at: 0.5), Scenario.finished(2, at: 0.6),
        ]
        let expected = """
            #1 a
            #1 0.100 a1
            #1 0.300 a2
            #1 DONE 0.4s

            #2 b
            #2 0.200 b1
            #2 0.500 b2
            #2 DONE 0.6s

            """
        #expect(renderer.text(events, finishedAt: 1) == expected)
    }

    @Test func nobodyWaitsForLong() {
        var renderer = PlainRenderer()
        _ = renderer.text([
            Scenario.planned(Scenario.step(1, "a"), Scenario.step(2, "b")),
            Scenario.started(1, at: 0), Scenario.started(2, at: 0), Scenario.output(2, "b1\n", at: 0.2),
        ])
        let size = TerminalSize(columns: 80, rows: 24)
        #expect(renderer.tick(now: Scenario.date(1.9), size: size).isEmpty)
        #expect(renderer.tick(now: Scenario.date(2), size: size) == "\n#2 b\n#2 0.200 b1\n")
        // The first step has lost the floor and takes it back when the other one is done.
        #expect(renderer.handle(Scenario.output(1, "a1\n", at: 2.1)).isEmpty)
        #expect(renderer.handle(Scenario.finished(2, at: 2.2)) == "#2 DONE 2.2s\n\n#1 a\n#1 2.100 a1\n")
    }

    @Test func aFinishedStepIsSaidAtOnce() {
        var renderer = PlainRenderer()
        _ = renderer.text([
            Scenario.planned(Scenario.step(1, "a"), Scenario.step(2, "b")), Scenario.started(1, at: 0),
        ])
        #expect(renderer.handle(Scenario.finished(2, .cached, at: 0.1)) == "\n#2 b\n#2 CACHED\n")
        #expect(renderer.handle(Scenario.finished(1, .canceled, at: 0.2)) == "\n#1 a\n#1 CANCELED\n")
    }

    @Test func nothingOfALongOutputIsLost() {
        var renderer = PlainRenderer()
        var events = [Scenario.planned(Scenario.step(1, "a")), Scenario.started(1, at: 0)]
        for number in 0..<5000 { events.append(Scenario.output(1, "line \(number)\n", at: 1)) }
        let lines = renderer.text(events).split(separator: "\n")
        #expect(lines.count == 5001)
        #expect(lines.last == "#1 1.000 line 4999")
    }

    @Test func aTransferIsMentionedNowAndThen() {
        var renderer = PlainRenderer()
        let events = [
            Scenario.planned(Scenario.step(1, "[base] FROM debian")), Scenario.started(1, at: 0),
            Scenario.transfer(1, "sha256:12", 0, of: 2_500_000, at: 0),
            Scenario.transfer(1, "sha256:12", 1_000_000, of: 2_500_000, at: 1),
            Scenario.transfer(1, "sha256:12", 2_000_000, of: 2_500_000, at: 6),
            Scenario.transfer(1, "sha256:12", 2_500_000, of: 2_500_000, at: 7, finished: true),
        ]
        let expected = """
            #1 [base] FROM debian
            #1 sha256:12 0B / 2.5MB
            #1 sha256:12 2MB / 2.5MB 6.0s
            #1 sha256:12 2.5MB / 2.5MB 7.0s done

            """
        #expect(renderer.text(events) == expected)
    }

    @Test func warningsAreAlsoLinesOfTheStepThatFindsThem() {
        var renderer = PlainRenderer()
        let text = renderer.text(
            [
                Scenario.planned(Scenario.step(1, "load")), Scenario.started(1, at: 0), Scenario.warning(at: 0),
                Scenario.warning(at: 0), Scenario.finished(1, at: 1),
            ], finishedAt: 2)
        #expect(
            text.hasPrefix(
                "#1 load\n#1 WARN: StageNameCasing: Stage name 'Build' should be lowercase (line 3)\n#1 DONE 1.0s\n\n 1 w"
            ))
    }

    @Test func warningsStandAtTheEnd() {
        var renderer = PlainRenderer()
        let text = renderer.text([Scenario.warning(at: 0), Scenario.warning(at: 1)], finishedAt: 2)
        #expect(
            text
                == "\n 1 warning found (use --check to expand):\n - StageNameCasing: Stage name 'Build' should be lowercase (line 3)\n"
        )
    }

    @Test func eventsOfUnknownStepsAreNoProblem() {
        var renderer = PlainRenderer()
        let text = renderer.text(
            [
                Scenario.started(9, at: 0), Scenario.output(9, "x\n", at: 0),
                Scenario.transfer(9, "x", 1, of: nil, at: 0),
                Scenario.finished(9, at: 1),
            ], finishedAt: 1)
        #expect(text.isEmpty)
    }
}
