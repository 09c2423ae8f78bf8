import BuildGraph
import OCI
import Testing

@Suite struct ConfigurationTests {
    @Test func theGoldenSample() async throws {
        let graph = try await plan(
            """
            FROM base
            ENV X=1 Y="two words" Z=$X
            SHELL ["/bin/sh","-ec"]
            EXPOSE 80 53/udp 8000-8002
            HEALTHCHECK --interval=5s --retries=2 CMD true
            WORKDIR /w
            WORKDIR rel
            CMD hello world
            """)
        #expect(
            graph.created == [
                "ENV X=1 Y=two words Z=", "SHELL [/bin/sh -ec]",
                "EXPOSE [53/udp 80/tcp 8000/tcp 8001/tcp 8002/tcp]",
                "HEALTHCHECK {Test:[CMD-SHELL true] Interval:5s Timeout:0s StartPeriod:0s StartInterval:0s Retries:2}",
                "WORKDIR /w", "WORKDIR /w/rel", "CMD [\"/bin/sh\" \"-ec\" \"hello world\"]",
            ])
        #expect(graph.configuration.container.command == ["/bin/sh", "-ec", "hello world"])
        #expect(graph.configuration.container.workingDirectory == "/w/rel")
        let layers = graph.configuration.history.filter { !$0.isEmptyLayer }.count
        #expect(layers == 3)
    }

    @Test func argumentsReachRunAndItsHistoryButNotTheConfiguration() async throws {
        var options = PlanOptions()
        options.buildArguments["B"] = "given"
        options.buildArguments["HTTP_PROXY"] = "http://proxy"
        let graph = try await plan(
            "ARG G=global\nFROM base\nARG A=1 D=$A\nARG B=default\nARG G\nENV E=e\nARG E=x\nRUN show", options)
        let run = try #require(graph.run("show"))
        #expect(run.environment["D"] == "1")
        #expect(run.environment["B"] == "given")
        #expect(run.environment["G"] == "global")
        #expect(run.environment["E"] == "x")
        #expect(run.environment["HTTP_PROXY"] == nil)
        #expect(run.proxyEnvironment["http_proxy"] == "http://proxy")
        #expect(graph.created.last == "RUN |5 A=1 D=1 B=given G=global E=x /bin/sh -c show # buildkit")
        #expect(graph.configuration.container.environment.contains("E=e"))
        #expect(!graph.configuration.container.environment.contains { $0.hasPrefix("B=") })
    }

    @Test func theWorkingDirectoryStaysAsItIsWritten() async throws {
        let graph = try await plan("FROM base\nWORKDIR /a//b/../c/\nRUN show\nWORKDIR d/")
        #expect(graph.created.first == "WORKDIR /a//b/../c/")
        #expect(graph.run("show")?.workingDirectory == "/a/c")
        #expect(graph.configuration.container.workingDirectory == "/a/c/d")
    }

    @Test func namesOfArgumentsDoNotExpand() async throws {
        let graph = try await plan("FROM base\nARG N=X\nARG $N=v\nRUN show")
        #expect(graph.run("show")?.environment["X"] == nil)
        #expect(graph.created[1] == "ARG $N=v")
    }

    @Test func platformArgumentsMustBeDeclared() async throws {
        let graph = try await plan("FROM base\nRUN one\nARG TARGETARCH\nRUN two")
        #expect(graph.run("one")?.environment["TARGETARCH"] == nil)
        #expect(graph.run("two")?.environment["TARGETARCH"] == Platform.host.architecture)
    }

    @Test func entrypointResetsAnInheritedCommand() async throws {
        let parent = ["parent:latest": image { $0.command = ["old"] }]
        let reset = try await plan("FROM parent\nENTRYPOINT [\"/e\"]", images: parent)
        #expect(reset.configuration.container.command.isEmpty)
        let kept = try await plan("FROM parent\nCMD [\"new\"]\nENTRYPOINT [\"/e\"]", images: parent)
        #expect(kept.configuration.container.command == ["new"])
    }

    @Test func imagesAlwaysHaveAPath() async throws {
        let graph = try await plan("FROM scratch\nLABEL a=b")
        #expect(
            graph.configuration.container.environment == [
                "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
            ])
    }

    @Test func labelsOfTheCommandLineWin() async throws {
        var options = PlanOptions()
        options.labels["a"] = "2"
        let graph = try await plan("FROM scratch\nLABEL a=1 b=1", options)
        #expect(graph.configuration.container.labels == ["a": "2", "b": "1"])
    }

    @Test func tellsUnusedArguments() async throws {
        var options = PlanOptions()
        options.buildArguments = EnvironmentList(["A=1", "TYPO=1", "NO_PROXY=x", "BUILDKIT_SYNTAX=x"])
        let graph = try await plan("FROM base\nARG A", options)
        #expect(graph.unusedBuildArguments == ["TYPO"])
    }

    @Test(
        arguments: [
            (nil, nil), ("ARG SOURCE_DATE_EPOCH=7\n", 7), ("ARG SOURCE_DATE_EPOCH\n", nil),
        ] as [(String?, Int64?)])
    func epochOfTheDockerfile(_ prefix: String?, _ epoch: Int64?) async throws {
        #expect(try await plan((prefix ?? "") + "FROM base").sourceDateEpoch == epoch)
    }
}
