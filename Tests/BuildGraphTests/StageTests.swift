import BuildGraph
import Dockerfile
import OCI
import Testing

@Suite struct StageTests {
    @Test func keepsOnlyWhatTheTargetNeeds() async throws {
        let graph = try await plan(
            """
            FROM missing AS unused
            RUN unused
            FROM golang:1.22 AS build
            RUN compile
            FROM build AS test
            RUN test
            FROM scratch
            COPY --from=build /app /app
            """)
        #expect(graph.run("compile") != nil)
        #expect(graph.run("test") == nil)
        #expect(graph.run("unused") == nil)
    }

    @Test func buildsTheTargetThatIsNamed() async throws {
        var options = PlanOptions()
        options.target = "TEST"
        let graph = try await plan("FROM base AS test\nRUN one\nFROM base\nRUN two", options)
        #expect(graph.run("one") != nil)
        #expect(graph.run("two") == nil)
    }

    @Test(arguments: ["build", "0", "BUILD"])
    func copiesFromAStageByNameOrNumber(_ name: String) async throws {
        let graph = try await plan("FROM base AS build\nRUN x\nFROM scratch\nCOPY --from=\(name) /a /b")
        let source = try #require(graph.copies.first?.sources.first)
        guard case .operation(let id) = source.origin else {
            Issue.record("the source is \(source.origin)")
            return
        }
        #expect(graph[id].name.hasSuffix("RUN x"))
    }

    /// Stages by name in any case, as the command line lowers them, or by number; BuildKit knows no numbers.
    @Test(
        arguments: [
            ([], []), (["first"], ["one"]), (["1"], ["two"]), (["0", "third"], ["one", "three"]), (["fourth"], []),
            (["stage-1"], []), (["3"], []), ([""], []),
        ] as [(Set<String>, Set<String>)])
    func stagesWithoutTheCache(_ names: Set<String>, _ expected: Set<String>) async throws {
        let text = """
            FROM base AS First
            RUN one
            FROM base
            RUN two
            FROM base AS third
            COPY --from=first /a /b
            COPY --from=1 /a /b
            RUN three
            """
        var options = PlanOptions()
        options.noCache = .stages(names)
        let graph = try await plan(text, options)
        let ignoring = graph.operations.filter(\.ignoresCache).compactMap { operation in
            ["one", "two", "three"].first { operation.name.hasSuffix("RUN \($0)") }
        }
        #expect(Set(ignoring) == expected)
        let dockerfile = try Dockerfile(parsing: SourceFile(name: "Dockerfile", text: text))
        let known: Set<String> = ["first", "1", "0", "third"]
        #expect(options.noCache.unknownStages(in: dockerfile) == names.subtracting(known).sorted())
        #expect(PlanOptions.NoCache.always.unknownStages(in: dockerfile) == [])
    }

    @Test func anImageIsTakenOnce() async throws {
        let graph = try await plan(
            "FROM base AS a\nRUN a\nFROM base AS b\nRUN b\nFROM scratch\nCOPY --from=a / /\nCOPY --from=b / /")
        #expect(graph.names.filter { $0.hasPrefix("FROM base") }.count == 1)
    }

    @Test func inputsComeFirst() async throws {
        let graph = try await plan(
            "FROM base AS a\nRUN a\nFROM base AS b\nRUN --mount=from=a,target=/m b\nFROM scratch\nCOPY --from=b / /")
        for operation in graph.operations {
            #expect(operation.inputs.allSatisfy { $0 < operation.id })
        }
    }

    @Test func namedContextsReplaceStagesAndImages() async throws {
        var options = PlanOptions()
        options.namedContexts = [
            "src": .directory, "golang:1.22": .image(.reference(try ImageReference(parsing: "base"))),
        ]
        let graph = try await plan(
            "FROM missing AS src\nRUN never\nFROM golang:1.22\nCOPY --from=src a b\nCOPY --from=src c d", options)
        #expect(graph.run("never") == nil)
        #expect(graph.operations.contains { $0.name == "[stage-1 1/3] FROM golang:1.22" })
    }

    @Test func triggersRunBeforeTheStage() async throws {
        let graph = try await plan(
            "FROM parent\nRUN child", images: ["parent:latest": image { $0.onBuild = ["RUN trigger", "ENV A=1"] }])
        let runs = graph.names.filter { $0.contains("RUN") }
        #expect(runs == ["ONBUILD RUN trigger", "RUN child"])
        #expect(graph.configuration.container.onBuild.isEmpty)
        #expect(graph.configuration.container.environment.contains("A=1"))
    }

    @Test func triggersOfAStageRunInItsChild() async throws {
        let graph = try await plan("FROM base AS parent\nONBUILD RUN trigger\nFROM parent\nRUN child")
        #expect(graph.names.filter { $0.contains("RUN") } == ["ONBUILD RUN trigger", "RUN child"])
    }

    @Test(arguments: [
        ("FROM base AS a\nCOPY --from=a x y", "circular dependency detected on stage: a", 2),
        ("FROM base AS a\nCOPY --from=b x y\nFROM a AS b", "circular dependency detected on stage: a", 1),
        ("FROM base AS a\nCOPY --from=b x y\nFROM base AS b\nFROM a", "cannot copy from stage \"b\"", 2),
        ("FROM base\nCOPY --from=7 x y", "invalid stage index 7", 2),
        ("FROM base\nCOPY --from=$X x y", "variable expansion is not supported for --from", 2),
        ("ARG X\nFROM $X", "base name ($X) should not be blank", 2),
        ("FROM nothing", "cannot get the image nothing", 1),
        ("FROM --platform=junk/x/y/z base", "failed to parse platform", 1),
        ("FROM base\nSTOPSIGNAL FOO", "invalid signal: FOO", 2),
        ("FROM base\nRUN --mount=type=bind,target=/ true", "invalid mount target \"/\"", 2),
        ("FROM base\nRUN --network=host true", "network.host is not allowed", 2),
        ("FROM base\nRUN --security=insecure true", "security.insecure is not allowed", 2),
        ("FROM base\nEXPOSE 99999", "invalid containerPort: 99999", 2),
        ("FROM base\nCOPY --chmod=999 a b", "invalid chmod parameter: '999'", 2),
        ("FROM base\nCOPY https://example.com/x /", "source can't be a URL for COPY", 2),
        ("FROM base\nENV A=${X:?mustbeset}", "mustbeset", 2),
        ("FROM base\nADD --checksum=sha256:00 x /", "checksum requires HTTP(S) or Git sources", 2),
    ])
    func refusesWithThePlace(_ text: String, _ message: String, _ line: Int) async throws {
        let failure = try #require(await failure(text))
        #expect(failure.message.contains(message))
        #expect(failure.line == line)
    }

    @Test func suggestsATarget() async throws {
        var options = PlanOptions()
        options.target = "biuld"
        let failure = try #require(await failure("FROM base AS build", options))
        #expect(failure.message.contains("target stage \"biuld\" could not be found (did you mean build?)"))
    }
}
