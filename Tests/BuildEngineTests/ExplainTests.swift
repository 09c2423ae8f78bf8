import ContentStore
import FileSystem
import OCI
import Testing

@testable import BuildEngine

/// Which reasons a comparison of inputs comes to, and what they say.
struct ExplainTests {
    private typealias Facet = StepInputs.Facet
    private typealias Input = StepInputs.Input

    private static let step = StepInputs(
        instruction: "RUN make",
        facets: [
            Facet(kind: .environment, name: "PATH", value: "/bin"), Facet(kind: .argument, name: "V", value: "1"),
            Facet(kind: .environment, name: "NPM_TOKEN", value: "ab12cd", isHidden: true),
            Facet(kind: .setting, name: StepInputs.variableOrder, value: "PATH V NPM_TOKEN"),
            Facet(kind: .setting, name: "user", value: ""),
            Facet(kind: .setting, name: "destination", value: "/a", isWritten: true),
            Facet(kind: .heredoc, name: "", value: "0123", isWritten: true),
            Facet(kind: .mount, name: "/c", value: "cache,id=a"),
        ],
        base: Input(kind: .step, name: "[1/2] COPY . .", label: "", identity: "key", content: "layers"),
        sources: [Input(kind: .context, name: "", label: "src", content: "files", selection: "selection")])

    /// One thing changed, and what is said of it; `inputs` are the labels of inputs that are others.
    struct Change: CustomTestStringConvertible {
        var testDescription: String
        var apply: @Sendable (inout StepInputs) -> Void
        var says: [String] = []
        var inputs: [String] = []

        init(
            _ name: String, says: [String] = [], inputs: [String] = [],
            _ apply: @escaping @Sendable (inout StepInputs) -> Void
        ) {
            testDescription = name
            self.apply = apply
            self.says = says
            self.inputs = inputs
        }
    }

    private static let changes = [
        Change("nothing") { _ in },
        Change("argument", says: ["build argument V: 1 -> 2"]) { $0.facets[1].value = "2" },
        Change("no argument", says: ["build argument V: 1 -> (not set)"]) { $0.facets.remove(at: 1) },
        Change("environment", says: ["environment variable PATH: /bin -> \"\""]) { $0.facets[0].value = "" },
        Change("a new variable", says: ["environment variable NEW: (not set) -> a b"]) {
            $0.facets.append(Facet(kind: .environment, name: "NEW", value: "a\nb"))
            $0.facets[3].value = "PATH V NPM_TOKEN NEW"
        },
        Change("argument becomes environment") { $0.facets[1].kind = .environment },
        Change("order", says: ["order of the variables: PATH V NPM_TOKEN -> V PATH NPM_TOKEN"]) {
            $0.facets[3].value = "V PATH NPM_TOKEN"
        },
        Change("secret", says: ["environment variable NPM_TOKEN: another value, which is not shown"]) {
            $0.facets[2].value = "ef34ab"
        },
        Change("user", says: ["user: \"\" -> app"]) { $0.facets[4].value = "app" },
        Change("destination", says: ["destination: /a -> /b"]) { $0.facets[5].value = "/b" },
        Change("heredoc", says: ["the text of the heredoc changed"]) { $0.facets[6].value = "4567" },
        Change("mount", says: ["mount /c: cache,id=a -> cache,id=b"]) { $0.facets[7].value = "cache,id=b" },
        Change("no mount", says: ["mount /c is gone (cache,id=a)"]) { $0.facets.removeLast() },
        Change("new mount", says: ["mount /d is new (tmpfs)"]) {
            $0.facets.append(Facet(kind: .mount, name: "/d", value: "tmpfs"))
        },
        // What is written in the instruction is told with it.
        Change("instruction", says: ["the instruction was RUN make", "user: \"\" -> app"]) {
            $0.instruction = "RUN make all"
            $0.facets[4].value = "app"
            $0.facets[5].value = "/b"
            $0.facets[6].value = "4567"
        },
        Change("base", inputs: [""]) { $0.base?.content = "others" },
        Change("base, the same in the end") { $0.base?.identity = "another" },
        Change("base, of which no result is known", inputs: [""]) {
            $0.base?.content = nil
            $0.base?.identity = "another"
        },
        Change("files", inputs: ["src"]) { $0.sources[0].content = "others" },
        Change("another source", inputs: ["lib"]) {
            $0.sources[0].label = "lib"
            $0.sources[0].content = "others"
        },
        Change("a source less", says: ["src: src -> (not set)"]) { $0.sources = [] },
        Change("other sources of another instruction", says: ["the instruction was RUN make"]) {
            $0.instruction = "RUN make all"
            $0.sources[0].label = "lib"
        },
    ]

    @Test(arguments: changes)
    func oneThingChanged(_ change: Change) throws {
        // Through the store and back.
        let old = try #require(StepInputs(Self.step.payload))
        #expect(old == Self.step)
        var new = Self.step
        change.apply(&new)
        let comparison = StepComparison(new, since: old)
        #expect(comparison.reasons.map(\.description) == change.says)
        #expect(comparison.inputs.map(\.new.label) == change.inputs)
        #expect(comparison.isEmpty == (change.says.isEmpty && change.inputs.isEmpty))
    }

    @Test(arguments: [
        "", "{", "[]", "{}", #"{"instruction": 1, "facets": [], "sources": []}"#,
        #"{"instruction": "RUN x", "facets": [[]], "sources": []}"#,
        #"{"instruction": "RUN x", "facets": [], "sources": [{"kind": "moon"}]}"#,
    ])
    func inputsOfAnotherVersionAreNone(_ text: String) {
        #expect(StepInputs(Array(text.utf8)) == nil)
    }

    // MARK: Files

    private static func entry(_ path: String, _ kind: String = "r", mode: UInt16 = 0o644, content: UInt64 = 1)
        -> FileList.Entry
    {
        FileList.Entry(
            path: Array(path.utf8), kind: kind.utf8.first ?? 0, mode: mode, uid: 0, gid: 0,
            content: kind == "r" ? content : 0)
    }

    private static let files = [
        entry("a"), entry("d", "d", mode: 0o755), entry("d/x"), entry("d/y"), entry("l", "l", mode: 0o777), entry("z"),
    ]

    private static let fileChanges: [(String, @Sendable (inout [FileList.Entry]) -> Void, [String])] = [
        ("nothing", { _ in }, []),
        ("content", { $0[0].content = 2 }, ["a: content changed"]),
        ("mode", { $0[2].mode = 0o755 }, ["d/x: mode 0644 -> 0755"]),
        ("owner", { $0[5].gid = 7 }, ["z: owner 0:0 -> 0:7"]),
        ("link", { $0[4].target = Array("a".utf8) }, ["l: link \"\" -> a"]),
        ("attributes", { $0[5].attributes = 9 }, ["z: extended attributes changed"]),
        ("kind", { $0[0] = entry("a", "d") }, ["a: kind file -> directory"]),
        ("removed", { $0.remove(at: 2) }, ["d/x: removed"]),
        ("all removed", { $0 = [] }, ["a: removed", "d/: removed", "l: removed", "z: removed"]),
        ("a directory removed", { $0.removeSubrange(1...3) }, ["d/: removed"]),
        ("added", { $0 += [entry("new"), entry("d/a")] }, ["d/a: added", "new: added"]),
        ("a directory added", { $0 += [entry("e", "d"), entry("e/f", "d"), entry("e/f/g")] }, ["e/: added"]),
        ("not below it", { $0 += [entry("e", "d"), entry("e.txt")] }, ["e/: added", "e.txt: added"]),
        ("removed and added", { $0[0] = entry("b") }, ["a: removed", "b: added"]),
        (
            "many", { $0 += (0..<42).map { entry("n\($0)") } },
            ["n0: added", "n1: added", "n10: added", "n11: added", "n12: added", "and 37 more files"]
        ),
        ("bytes", { $0[0].path = [0xff] }, ["a: removed", "\u{fffd}: added"]),
    ]

    @Test(arguments: fileChanges.indices)
    func filesChanged(_ index: Int) throws {
        let (name, apply, says) = Self.fileChanges[index]
        let old = FileList(Self.files)
        var entries = Self.files
        apply(&entries)
        // The order in which a directory lists its entries is none.
        let new = FileList(entries.reversed())
        #expect(FileList(decoding: old.encoded) == old)
        #expect(FileList(decoding: new.encoded) == new, "\(name)")
        #expect(new.changes(since: old, place: nil).map(\.description) == says, "\(name)")
    }

    @Test func filesElsewhereAreCalledSo() {
        let old = FileList(Self.files)
        let none = FileList([])
        let text = none.changes(since: old, place: "stage build").map(\.description)
        #expect(text.first == "a (stage build): removed")
    }

    /// Every beginning of a list, and every byte of it replaced.
    @Test func damagedListsAreNone() {
        let bytes = FileList(Self.files).encoded
        for count in 1..<bytes.count {
            let list = FileList(decoding: Array(bytes[..<count]))
            #expect(list == nil || bytes.starts(with: list?.encoded ?? []))
        }
        for index in bytes.indices {
            for byte in [UInt8(0), 0x7f, 0x80, 0xff] {
                var damaged = bytes
                damaged[index] = byte
                _ = FileList(decoding: damaged)
            }
        }
        #expect(FileList(decoding: [1]) == nil)
        #expect(FileList(decoding: Array(repeating: 0xff, count: 40)) == nil)
    }

    // MARK: Reasons

    private static let digest = String(repeating: "0123456789abcdef", count: 4)

    private static let texts: [(StepReason, String)] = [
        (StepReason(.file, "a", change: "content", place: "context \"lib\""), "a (context \"lib\"): content changed"),
        (StepReason(.moreFiles, count: 1), "and 1 more file"),
        (
            StepReason(.files, place: "build context"),
            "other files (build context); the earlier ones are not known any more"
        ),
        (
            StepReason(.image, old: "base@sha256:\(digest)", new: "base:2@sha256:\(digest)"),
            "base image: base@sha256:0123456789ab -> base:2@sha256:0123456789ab"
        ),
        (StepReason(.image, "alpine", old: "a", new: "b"), "image alpine: a -> b"),
        (
            StepReason(.remote, "https://x/y", old: digest.prefix(40).description, new: "main"),
            "https://x/y: 0123456789ab -> main"
        ),
        (
            StepReason(.argument, "A", old: String(repeating: "x", count: 81), new: "y"),
            "build argument A: \(String(repeating: "x", count: 77))... -> y"
        ),
        (StepReason(.step, "[2/2] RUN x"), "after [2/2] RUN x, which came to another result"),
        (StepReason(.step, "[2/2] RUN x", causes: [StepReason(.noCache)]), "after [2/2] RUN x (--no-cache)"),
        (
            StepReason(.step, "[2/2] RUN x", causes: [StepReason(.file, "a", change: "added"), StepReason(.noCache)]),
            "after [2/2] RUN x (a: added, and 1 more)"
        ),
        (StepReason(.order, old: "[2/3] RUN x", new: "[1/2] FROM y"), "it came after [2/3] RUN x"),
        (StepReason(.failed), "same inputs, and it failed"), (StepReason(.canceled), "same inputs, and it was stopped"),
        (StepReason(.noCacheFilter, "build"), "--no-cache-filter names the stage build"),
        (StepReason(.epoch, old: "b", new: "a"), "SOURCE_DATE_EPOCH (a) is before the times of the kept result (b)"),
        (StepReason(.firstBuild), "no record of an earlier build"),
        (StepReason(.newStep), "earlier builds had no such step"),
        (StepReason(.evicted), "same inputs, but the result is not in the cache any more"),
        (StepReason(.missingLayer), "same inputs, but the layer of the result is gone from the store"),
        (StepReason(.source, "a", old: "a", new: "b"), "a: a -> b"),
        (StepReason(StepReason.Kind("moon"), "full"), "moon full"),
    ]

    @Test(arguments: texts.indices)
    func reasonsInWords(_ index: Int) {
        let (reason, text) = Self.texts[index]
        #expect(reason.description == text)
        #expect(StepReason(reason.json) == reason)
    }

    @Test func reasonsThatNeverEndAreCut() {
        var json: JSONValue = ["kind": "step"]
        for _ in 0..<100 { json = ["kind": "step", "causes": [json]] }
        var depth = 0
        var reason = StepReason(json)
        while let next = reason {
            depth += 1
            reason = next.causes.first
        }
        #expect(depth == 8)
    }

    @Test(
        arguments: [
            StepExplanation(.sameInputs), StepExplanation(.sameContent),
            StepExplanation(
                .executed, reasons: [StepReason(.noCache)],
                earlier: EarlierBuild(id: 3, started: .init(seconds: 1_700_000_000, nanoseconds: 5), label: "shop:1")),
        ])
    func explanationsAsJSON(_ explanation: StepExplanation) {
        #expect(StepExplanation(explanation.json) == explanation)
    }

    // MARK: Reports

    @Test func reportsAsRecords() throws {
        var report = BuildReport(
            started: Timestamp(seconds: 1_700_000_000, nanoseconds: 7), dockerfile: "/a/Dockerfile", target: "build",
            tags: [])
        report.milliseconds = 1234
        report.outcome = .failed
        report.images = [.sha256(of: "x")]
        report.steps = [
            BuildReport.Step(
                name: "[1/2] FROM x", stage: "s", line: nil, outcome: .cached, milliseconds: 0, explanation: nil),
            BuildReport.Step(
                name: "[2/2] RUN y", stage: "s", line: 2, outcome: .done, milliseconds: 9,
                explanation: StepExplanation(.executed, reasons: [StepReason(.noCache)])),
            BuildReport.Step(name: "z", stage: "s", line: 3, outcome: nil, milliseconds: 0, explanation: nil),
        ]
        let record = BuildRecord(id: 4, started: report.started, payload: report.payload)
        report.id = 4
        #expect(BuildReport(record) == report)
        #expect(report.executedCount == 1)
        #expect(report.label == "target build of /a/Dockerfile")
        report.target = nil
        #expect(report.label == "/a/Dockerfile")
        report.tags = ["shop:1"]
        #expect(report.label == "shop:1")
    }

    @Test(arguments: ["", "{", "[]", "{}", #"{"dockerfile": "D", "outcome": "moon", "steps": []}"#])
    func recordsOfAnotherVersionAreNone(_ text: String) {
        #expect(BuildReport(BuildRecord(started: .now, payload: Array(text.utf8))) == nil)
    }

    @Test(arguments: [
        ("[build 2/5] RUN [ -e x ] && y", "RUN [ -e x ] && y"), ("[1/2] COPY a b", "COPY a b"),
        ("FROM scratch", "FROM scratch"),
        ("[linux/arm64 build 1/1] RUN x", "RUN x"), ("[open", "[open"),
    ])
    func instructionOfAStep(name: String, instruction: String) {
        #expect(stepInstruction(in: name) == instruction)
    }
}
