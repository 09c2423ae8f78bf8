import BuildGraph
import Dockerfile
import OCI
import Testing

/// What a build can be given. The expectations were recorded from BuildKit; caches are our own addition.
struct OutlineTests {
    private static func outline(_ text: String, _ options: PlanOptions = PlanOptions()) async throws -> BuildOutline {
        let dockerfile = try Dockerfile(parsing: SourceFile(name: "Dockerfile", text: text))
        let images = [
            "base:latest": image(),
            "parent:latest": image { $0.onBuild = ["ARG OB=1", "RUN --mount=type=secret,id=onb x"] },
        ]
        let planner = Planner(dockerfile: dockerfile, options: options, resolver: TableResolver(images: images))
        return try await planner.report(allStages: false).result.get().outline
    }

    @Test func everything() async throws {
        let outline = try await Self.outline(
            """
            # the stage
            # first is the base
            ARG V=1
            # W depends on V
            ARG W=${V}2
            ARG unused=3
            # NAME the name
            ARG NAME=base
            FROM ${NAME} AS first
            # LOCAL own
            ARG LOCAL=$W
            ARG V
            RUN --mount=type=secret,id=a --mount=type=ssh,id=k,required --mount=type=cache,target=/c true
            # final is it
            FROM first AS final
            # V again
            ARG V=stage
            RUN --mount=type=secret,id=a,required=true --mount=type=ssh --mount=type=secret,target=/run/foo \\
                --mount=type=cache,id=x,target=/c true
            """)
        #expect(outline.name == "final")
        #expect(outline.documentation == "is it")
        #expect(
            outline.arguments.map { "\($0.range.start.line) \($0.name)=\($0.value ?? "") \($0.documentation ?? "")" }
                == [
                    "8 NAME=base the name", "11 LOCAL= own", "17 V=stage again",
                ])
        #expect(
            outline.secrets.map { "\($0.range.lines) \($0.id) \($0.isRequired)" } == [
                "18...19 a true", "18...19 foo false",
            ])
        #expect(
            outline.agents.map { "\($0.range.start.line) \($0.id) \($0.isRequired)" } == [
                "13 k true", "18 default false",
            ])
        #expect(outline.caches.map { "\($0.range.start.line) \($0.id)" } == ["13 /c", "18 x"])
    }

    @Test(
        arguments: [
            // Global arguments count when FROM or a stage uses them, with those that their defaults use.
            ("ARG A=base\nARG B=$A\nARG C=$B\nARG D=1\nFROM ${C}", ["1 A=base", "2 B=base", "3 C=base"]),
            ("ARG A=1\nARG A=${A}2\nARG B=$A\nFROM base\nARG B", ["2 A=12", "3 B=12"]),
            ("FROM base\nARG b=1 a=2", ["2 b=1", "2 a=2"]),
            // What is always there is not listed, unless it is given another default.
            ("FROM --platform=$BUILDPLATFORM base\nARG TARGETOS\nARG TARGETARCH=x", ["3 TARGETARCH=x"]),
            ("ARG A\nFROM base\nARG A\nARG C=\nARG D", ["3 A=", "4 C=", "5 D="]),
            ("ARG A=1\nFROM base\nARG GIVEN=x\nARG A", ["1 A=1", "3 GIVEN=by flag"]),
            // The nearest stage wins; stages that are not needed do not count.
            ("FROM base AS a\nARG S=a\nFROM base AS b\nARG X=1\nFROM base\nARG S=c\nCOPY --from=a / /", ["6 S=c"]),
            ("FROM base AS a\nARG M=1\nFROM base\nRUN --mount=from=a,target=/x true", ["2 M=1"]),
            ("ARG V=base\nFROM $V AS a\nARG V=2\nFROM a", ["1 V=base"]),
            ("FROM parent", ["1 OB=1"]),
        ] as [(String, [String])])
    func arguments(text: String, expected: [String]) async throws {
        var options = PlanOptions()
        options.buildArguments["GIVEN"] = "by flag"
        let outline = try await Self.outline(text, options)
        #expect(outline.arguments.map { "\($0.range.start.line) \($0.name)=\($0.value ?? "")" } == expected)
    }

    @Test func secretsOfTriggers() async throws {
        #expect(try await Self.outline("# x\nFROM parent").secrets.map(\.id) == ["onb"])
        #expect(try await Self.outline("# x\nFROM parent").secrets.map(\.range.start.line) == [2])
    }
}
