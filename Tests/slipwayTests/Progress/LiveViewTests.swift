import BuildEngine
import Testing

@testable import slipway

@Suite struct LiveViewTests {
    private static let unicode = Palette(unicode: true, color: false)
    private static let ascii = Palette(unicode: false, color: false)

    private func view(_ events: [ProgressEvent], palette: Palette = unicode) -> LiveView {
        var view = LiveView(title: "shop:1", palette: palette)
        for event in events { view.handle(event) }
        return view
    }

    private func frame(_ view: LiveView, at seconds: Double, columns: Int = 50, rows: Int = 24) -> [String] {
        view.frame(now: Scenario.date(seconds), size: TerminalSize(columns: columns, rows: rows))
            .map { $0.rendered(columns: columns - 1, palette: view.palette) }
    }

    @Test func stepsStandByStage() {
        let events = Scenario.twoStages + [Scenario.output(3, "cc main.c\ncc util", at: 1)]
        let expected = [
            "Building shop:1 (2/4, 1 cached)              12.3s",
            " ✔ [internal] load build definition from Doc… 0.1s",
            " build",
            "  ✔ [1/2] WORKDIR /src                      CACHED",
            "  ⠋ [2/2] RUN make                           12.1s",
            "    │ cc main.c",
            "    │ cc util",
            " final",
            "  · [1/1] COPY --from=build /app /app",
        ]
        #expect(frame(view(events), at: 12.3, columns: 51) == expected)
    }

    @Test func asciiTerminalsGetASCII() {
        let events = Scenario.twoStages + [Scenario.output(3, "übung\n", at: 1)]
        let lines = frame(view(events, palette: Self.ascii), at: 2)
        #expect(lines.allSatisfy { line in line.utf8.allSatisfy { (0x20..<0x7F).contains($0) } })
        #expect(lines.contains("    | ?bung"))
        #expect(lines.contains { $0.hasPrefix("  + [1/2] WORKDIR") })
    }

    @Test(arguments: 1...12)
    func aFrameIsNeverHigherThanTheScreen(rows: Int) {
        let noise = (0..<30).map { "line \($0)\n" }.joined()
        let events = Scenario.twoStages + [Scenario.output(3, noise, at: 1)]
        let lines = frame(view(events), at: 2, rows: rows)
        #expect(lines.count <= max(rows - 1, 1))
        #expect(lines[0].hasPrefix("Building shop:1"))
        // The step that runs is the last to go.
        if rows >= 4 { #expect(lines.contains { $0.contains("RUN make") }) }
    }

    @Test(arguments: 1...60)
    func aLineIsNeverWiderThanTheScreen(columns: Int) {
        let events = Scenario.twoStages + [Scenario.output(3, "日本語のとても長い行 with e\u{301} and 👩‍👩‍👧‍👦 in it\n", at: 1)]
        for line in frame(view(events), at: 2, columns: columns) {
            #expect(DisplayWidth.of(line) <= max(columns - 1, 0))
        }
    }

    @Test func onlyTheLastLinesOfOutputAreShown() {
        let events = Scenario.twoStages + [Scenario.output(3, "1\n2\n3\n4\n5\n6\n7\n", at: 1)]
        let shown = frame(view(events), at: 2).filter { $0.contains("│") }
        #expect(shown == ["2", "3", "4", "5", "6", "7"].map { "    │ \($0)" })
    }

    @Test func aProgressBarTakesOneLine() {
        let events = Scenario.twoStages + [Scenario.output(3, "a\n10%\r20%\r30%", at: 1)]
        #expect(frame(view(events), at: 2).filter { $0.contains("│") } == ["    │ a", "    │ 30%"])
        let ended = events + [Scenario.output(3, "\r40%\nb\n", at: 1)]
        #expect(frame(view(ended), at: 2).filter { $0.contains("│") } == ["    │ a", "    │ 40%", "    │ b"])
    }

    @Test func transfersOfARunningStepAreShown() {
        let events =
            Scenario.twoStages + [
                Scenario.transfer(3, "sha256:1", 1_500_000, of: 30_000_000, at: 1),
                Scenario.transfer(3, "sha256:2", 5, of: 5, at: 1, finished: true),
            ]
        let shown = frame(view(events), at: 2).filter { $0.contains("│") }
        #expect(shown == ["    │ sha256:1                       1.5MB / 30MB"])
    }

    @Test func theSummaryHasWhatHappened() {
        let events = Scenario.twoStages + [Scenario.finished(3, .failed(message: "exit code: 2"), at: 65)]
        let view = view(events)
        let lines = view.summary(succeeded: false, now: Scenario.date(65.2)).map {
            $0.rendered(columns: 50, palette: view.palette)
        }
        let expected = [
            "Failed shop:1 (3/4, 1 cached)               1m 05s",
            " ✔ [internal] load build definition from Doc… 0.1s",
            " build",
            "  ✔ [1/2] WORKDIR /src                      CACHED",
            "  ✘ [2/2] RUN make                          1m 04s",
        ]
        #expect(lines == expected)
        #expect(view.failure?.name == "[build 2/2] RUN make")
        #expect(view.failure?.line == 3)
    }

    @Test func theSummarySaysHowItEnded() {
        func first(_ events: [ProgressEvent], succeeded: Bool) -> String? {
            view(events).summary(succeeded: succeeded, now: Scenario.date(5)).first?.spans.first?.text
        }
        #expect(first(Scenario.twoStages, succeeded: true) == "Built")
        #expect(first(Scenario.twoStages, succeeded: false) == "Failed")
        #expect(first(Scenario.twoStages + [Scenario.finished(3, .canceled, at: 4)], succeeded: false) == "Canceled")
        #expect(first([], succeeded: false) == nil)
    }

    @Test func stagesThatAreDoneShrinkWhenRoomIsScarce() {
        var steps: [StepDescription] = []
        var events: [ProgressEvent] = []
        for number in 1...20 {
            steps.append(Scenario.step(number, "[deps \(number)/20] RUN x", stage: "deps"))
            events.append(Scenario.started(number, at: 0))
            events.append(Scenario.finished(number, number < 3 ? .cached : .executed, at: 4))
        }
        steps.append(Scenario.step(21, "[build 1/1] RUN y", stage: "build"))
        events.append(Scenario.started(21, at: 4))
        events.insert(ProgressEvent(time: Scenario.start, kind: .planned(steps)), at: 0)
        let expected = [
            "Building shop:1 (20/21, 2 cached)            5.0s",
            " ✔ deps (20 steps, 2 cached)                 4.0s",
            " build",
            "  ⠋ [1/1] RUN y                              1.0s",
        ]
        #expect(frame(view(events), at: 5, rows: 10) == expected)
    }
}
