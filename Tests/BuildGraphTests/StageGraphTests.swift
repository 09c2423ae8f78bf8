import BuildGraph
import Dockerfile
import OCI
import Testing

@Suite struct StageGraphTests {
    private func graph(_ text: String, _ options: PlanOptions = .init()) throws -> StageGraph {
        try StageGraph(Dockerfile(parsing: SourceFile(name: "Dockerfile", text: text)), options: options)
    }

    /// The edges as lines: `5 copy build -> 1: /a /b -> /c`.
    private func edges(_ graph: StageGraph) -> [String] {
        graph.edges.map { edge in
            let paths = edge.paths.joined(separator: " ")
            let what = edge.path.map { ": \(paths) -> \($0)" } ?? ""
            return "\(edge.line) \(edge.kind) \(graph.nodes[edge.source].name) -> "
                + "\(graph.nodes[edge.destination].name)\(what)"
        }
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var text: String
        var edges: [String]

        init(_ name: String, _ text: String, _ edges: [String]) {
            (testDescription, self.text, self.edges) = (name, text, edges)
        }
    }

    static let cases = [
        Case("one stage", "FROM alpine", ["1 from alpine -> stage-0"]),
        Case(
            "a stage by name and by number",
            "FROM alpine AS Build\nFROM scratch\nCOPY --from=BUILD /a /b /c/\nCOPY --from=0 /d /e",
            [
                "1 from alpine -> build", "2 from scratch -> stage-1", "3 copy build -> stage-1: /a /b -> /c/",
                "4 copy build -> stage-1: /d -> /e",
            ]),
        Case(
            "an image and the context",
            "FROM alpine\nCOPY . /src\nADD x.tar /y/\nCOPY --from=nginx:1.25 /etc/nginx /n",
            [
                "1 from alpine -> stage-0", "2 copy build context -> stage-0: . -> /src",
                "3 add build context -> stage-0: x.tar -> /y/", "4 copy nginx:1.25 -> stage-0: /etc/nginx -> /n",
            ]),
        Case(
            "downloads",
            "FROM alpine\nADD https://x.org/a.tgz b /dst/\nADD https://x.org/r.git#v1 /r",
            [
                "1 from alpine -> stage-0", "2 add build context -> stage-0: b -> /dst/",
                "2 add https://x.org/a.tgz -> stage-0:  -> /dst/", "3 add https://x.org/r.git#v1 -> stage-0:  -> /r",
            ]),
        Case(
            "mounts",
            """
            FROM alpine AS tools
            FROM alpine
            RUN --mount=target=/src --mount=from=tools,source=/bin,target=/opt --mount=type=cache,target=/c \\
              --mount=type=secret,id=s --mount=type=cache,from=tools,target=/d x
            """,
            [
                "1 from alpine -> tools", "2 from alpine -> stage-1", "3 mount build context -> stage-1: / -> /src",
                "3 mount tools -> stage-1: /bin -> /opt", "3 mount tools -> stage-1: / -> /d",
            ]),
        Case(
            "arguments, and variables that only the base knows",
            """
            ARG BASE=golang
            FROM ${BASE}:1.22 AS build
            ARG NAME=app
            ENV OUT=/out
            COPY $NAME.go $OUT/$GOPATH/
            """,
            ["2 from golang:1.22 -> build", "5 copy build context -> build: app.go -> /out/$GOPATH/"]),
        Case(
            "a mode that only the base knows",
            "FROM alpine\nRUN --mount=type=cache,from=alpine,uid=$ID,target=$HOME/c x",
            ["1 from alpine -> stage-0", "2 mount alpine -> stage-0: / -> $HOME/c"]),
        Case(
            "nothing is unknown from scratch on",
            "FROM scratch\nCOPY a ./b$X\nWORKDIR w\nCOPY a c/",
            [
                "1 from scratch -> stage-0", "2 copy build context -> stage-0: a -> /b",
                "4 copy build context -> stage-0: a -> /w/c/",
            ]),
        Case(
            "working directories, inherited; unknown ones",
            "FROM alpine AS a\nCOPY x .\nWORKDIR /w\nCOPY x .\nFROM a\nWORKDIR sub\nCOPY x ./y/",
            [
                "1 from alpine -> a", "2 copy build context -> a: x -> .", "4 copy build context -> a: x -> /w/",
                "5 from a -> stage-1", "7 copy build context -> stage-1: x -> /w/sub/y/",
            ]),
        Case(
            "triggers of a stage act in the one that starts from it",
            "FROM alpine AS tool\nFROM alpine AS a\nONBUILD COPY --from=tool /x /y\nFROM a",
            [
                "1 from alpine -> tool", "2 from alpine -> a", "4 from a -> stage-2",
                "4 copy tool -> stage-2: /x -> /y",
            ]),
        Case(
            "documents in the Dockerfile come from nowhere", "FROM alpine\nCOPY <<E /x\nE\n",
            ["1 from alpine -> stage-0"]),
        Case(
            "what is wrong in a stage that is not needed",
            "FROM alpine AS a\nCOPY --from=Not:A:Name /x /y\nENV ${X?missing}=1\nCOPY z /z\nFROM alpine",
            ["1 from alpine -> a", "4 copy build context -> a: z -> /z", "5 from alpine -> stage-1"]),
        Case(
            "a stage further down, from one that is not needed",
            "FROM alpine AS a\nCOPY --from=b /x /y\nFROM alpine AS b\nFROM scratch",
            ["1 from alpine -> a", "2 copy b -> a: /x -> /y", "3 from alpine -> b", "4 from scratch -> stage-2"]),
    ]

    @Test(arguments: cases)
    func findsWhatPasses(_ example: Case) throws {
        #expect(edges(try graph(example.text)) == example.edges)
    }

    private static let parts = """
        FROM golang AS deps
        FROM deps AS build
        FROM deps AS lint
        FROM alpine AS base
        FROM base AS shop
        COPY --from=build /a /b
        FROM base
        COPY --from=busybox /c /d
        """

    @Test func tellsWhatShips() throws {
        var options = PlanOptions()
        options.target = "SHOP"
        let graph = try graph(Self.parts, options)
        let parts = Dictionary(uniqueKeysWithValues: graph.nodes.map { ($0.name, $0.part) })
        #expect(
            parts == [
                "deps": .leftBehind, "build": .leftBehind, "lint": .pruned, "base": .shipped, "shop": .target,
                "stage-5": .pruned, "golang": .leftBehind, "alpine": .shipped, "busybox": .pruned,
            ])
        #expect(graph.nodes[graph.target].name == "shop")
        #expect(graph.edges.filter { !$0.isNeeded }.map(\.line) == [3, 7, 8])
    }

    @Test func theLastStageIsTheTarget() throws {
        let graph = try graph(Self.parts)
        #expect(graph.target == 5)
        #expect(graph.nodes.filter { $0.part == .pruned }.map(\.name) == ["deps", "build", "lint", "shop", "golang"])
    }

    @Test func aStageThatATriggerNeedsIsNeeded() throws {
        let graph = try graph(Self.cases[9].text)
        #expect(graph.nodes[0].part == .leftBehind)
    }

    @Test func countsStepsAsABuildDoes() async throws {
        let text = """
            FROM --platform=linux/arm64 base AS build

            WORKDIR /src
            RUN a && \\
              b
            ENV X=1
            ONBUILD RUN c
            FROM build
            COPY x /x

            # the end
            CMD ["x"]
            """
        let stages = try graph(text).stages.compactMap(\.stage)
        #expect(stages.map(\.lines) == [1...7, 8...12])
        #expect(stages.map(\.steps) == [3, 2])
        #expect(stages.map(\.isNamed) == [true, false])
        #expect(stages[0].platform == Platform(os: "linux", architecture: "arm64"))
        #expect(stages[1].platform == nil)
        let names = try await plan(text).operations.map(\.name)
        #expect(names.contains { $0.hasPrefix("[build 3/3]") })
        #expect(names.contains { $0.hasPrefix("[stage-1 2/2]") })
    }

    @Test func namedContexts() throws {
        var options = PlanOptions()
        options.namedContexts = [
            "src": .directory, "golang:1.22": .image(.reference(try ImageReference(parsing: "example.org/go:1"))),
            "build": .image(.layout(path: "/l", tag: "t", digest: nil)),
        ]
        let graph = try graph(
            "FROM golang:1.22 AS a\nFROM a AS build\nRUN x\nCOPY --from=nowhere /x /y\nFROM alpine\nCOPY --from=src /p /q\n"
                + "COPY --from=build /r /s",
            options)
        #expect(
            edges(graph) == [
                "1 from golang:1.22 -> a", "2 from build -> build", "5 from alpine -> stage-2",
                "6 copy src -> stage-2: /p -> /q", "7 copy build -> stage-2: /r -> /s",
            ])
        let names = graph.nodes.map { "\($0.name) \($0.replacement ?? "-")" }
        #expect(
            names == [
                "a -", "build -", "stage-2 -", "golang:1.22 docker-image://example.org/go:1", "build oci-layout:///l:t",
                "alpine -", "src -",
            ])
        #expect(graph.nodes[1].stage?.isReplaced == true)
        #expect(graph.nodes[0].part == .pruned)
        #expect(graph.nodes.first { $0.name == "src" }?.kind == .namedContext)
    }

    @Test func buildArguments() throws {
        var options = PlanOptions()
        options.buildArguments = EnvironmentList(["V=3.20"])
        #expect(edges(try graph("ARG V=3.19\nFROM alpine:$V", options)) == ["2 from alpine:3.20 -> stage-0"])
    }

    @Test(arguments: [
        ("FROM a\nCOPY --from=7 /x /y", "invalid stage index 7", 2),
        ("FROM a AS x\nCOPY --from=x /x /y", "circular dependency detected on stage: x", 2),
        ("FROM a\nCOPY --from=$X /x /y", "variable expansion is not supported for --from", 2),
        ("ARG X\nFROM $X", "base name ($X) should not be blank", 2),
        ("FROM scratch\nENV ${X?none}=1", "none", 2),
        ("FROM a AS x\nCOPY --from=y /x /y\nFROM x AS y\nFROM scratch", "circular dependency", 1),
        ("FROM a AS x\nRUN --mount=from=y,target=/m z\nFROM scratch AS y\nFROM x", "cannot mount from stage \"y\"", 2),
        ("FROM a\nRUN --mount=type=none z", "unsupported mount type", 2),
    ])
    func whatIsWrongNamesItsLine(text: String, message: String, line: Int) throws {
        let error = #expect(throws: DockerfileError.self) { try graph(text) }
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
        #expect(error?.diagnostic.range?.start.line == line)
    }

    @Test func anUnknownTarget() throws {
        var options = PlanOptions()
        options.target = "bild"
        let error = #expect(throws: DockerfileError.self) { try graph("FROM a AS build", options) }
        #expect(error?.message == "target stage \"bild\" could not be found (did you mean build?)")
    }

    /// Looking for circles once took a time that grew with the third power.
    @Test(.timeLimit(.minutes(1))) func manyStagesTakeLittleTime() throws {
        let text =
            "FROM a AS s0\n" + (1..<800).map { "FROM s\($0 - 1) AS s\($0)\nCOPY --from=s\($0 / 2) /x /y\n" }.joined()
        let graph = try graph(text)
        #expect(graph.edges.count == 800 + 799)
    }
}
