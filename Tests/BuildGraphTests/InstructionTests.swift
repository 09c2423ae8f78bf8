import BuildGraph
import Dockerfile
import OCI
import Testing

@Suite struct InstructionTests {
    @Test(arguments: [
        ("/x", "/x"), ("/x/", "/x/"), (".", "/w/"), ("./", "/w/"), ("y", "/w/y"), ("y/", "/w/y/"), ("..", "/"),
        ("/", "/"), ("/a/../b", "/b"), ("$D/", "/expanded/"),
    ])
    func destinations(_ text: String, _ destination: String) async throws {
        let graph = try await plan("FROM base\nENV D=/expanded\nWORKDIR /w\nCOPY a \(text)")
        #expect(graph.copies.last?.destination == destination)
    }

    @Test func copyKeepsWhatItsFlagsSay() async throws {
        let graph = try await plan("FROM base\nARG U=app\nCOPY --chown=$U:staff --chmod=640 --exclude=*.md a b /c/")
        let copy = try #require(graph.copies.first)
        #expect(copy.owner == "app:staff")
        #expect(copy.mode?.absoluteMode == 0o640)
        #expect(copy.excludes == ["*.md"])
        #expect(copy.sources.map(\.path) == ["a", "b"])
        #expect(graph.created.last == "COPY --chown=app:staff --chmod=640 a b /c/ # buildkit")
    }

    @Test func addUnpacksLocalArchivesOnly() async throws {
        let graph = try await plan(
            "FROM base\nADD a.tar /\nADD --unpack=false a.tar /\nADD https://h/x/y.tgz?q /\nADD https://h/r.git#v1:sub /"
        )
        let sources = graph.copies.flatMap(\.sources)
        #expect(sources.map(\.unpacks) == [true, false, false, false])
        #expect(sources[2].path == "y.tgz")
        guard case .git(let git) = sources[3].origin else {
            Issue.record("\(sources[3].origin) is not a repository")
            return
        }
        #expect(git.remote == "https://h/r.git")
        #expect(git.reference == "v1")
        #expect(git.subdirectory == "sub")
    }

    @Test func heredocsBecomeFiles() async throws {
        let graph = try await plan("FROM base\nENV N=world\nCOPY <<A <<\"B\" /d/\nhello $N\nA\nhello $N\nB\n")
        let contents = graph.copies[0].sources.map { source -> String in
            guard case .inline(let file) = source.origin else { return "" }
            return file.name + ":" + String(decoding: file.content, as: UTF8.self)
        }
        #expect(contents == ["A:hello world\n", "B:hello $N\n"])
    }

    @Test func parentsKeepWhatFollowsThePivot() async throws {
        let graph = try await plan("FROM base\nCOPY --parents a/./b/c x/y /d/")
        let sources = graph.copies[0].sources
        #expect(sources.map(\.path) == ["a", "/"])
        #expect(sources.map(\.parentsPattern) == ["b/c", "x/y"])
    }

    @Test func scriptsAreMounted() async throws {
        let graph = try await plan("FROM base\nRUN <<EOF\n#!/usr/bin/env python3\nprint(1)\nEOF\n")
        let run = try #require(graph.run("/dev/pipes/EOF"))
        #expect(run.script?.mode == 0o755)
    }

    @Test func mountsAreResolved() async throws {
        let graph = try await plan(
            """
            FROM base AS seed
            FROM base
            WORKDIR /src
            RUN --mount=type=cache,target=cache,sharing=locked,from=seed --mount=type=secret,id=k,env=K \\
                --mount=type=tmpfs,target=/t,size=1k --mount=source=a,target=/b,rw go
            """)
        let run = try #require(graph.run("go"))
        // Files in the order of their targets, then secrets.
        try #require(run.mounts.map(\.target) == ["/b", "/src/cache", "/t", "/run/secrets/k"])
        #expect(run.mounts[0].kind == .bind(source: .context(.main), path: "/a", readOnly: false))
        guard case .cache(let cache) = run.mounts[1].kind, case .operation? = cache.seed else {
            Issue.record("\(run.mounts[1])")
            return
        }
        #expect(cache.id == "cache")
        #expect(cache.sharing == .locked)
        #expect(cache.seedPath == "/")
        #expect(!cache.isFresh && !cache.readOnly)
        #expect(cache.mode == nil && cache.uid == nil && cache.gid == nil)
        #expect(run.mounts[2].kind == .tmpfs(size: 1024, readOnly: false))
        #expect(
            run.mounts[3].kind
                == .secret(id: "k", isFile: false, variable: "K", isRequired: false, mode: 0o400, uid: 0, gid: 0))
    }

    /// What is mounted below another mount is seen, wherever it stands; two mounts on one target stay in their order.
    @Test func mountsAreSortedByTarget() async throws {
        let graph = try await plan(
            """
            FROM base
            RUN --mount=type=secret,id=s --mount=type=ssh --mount=type=tmpfs,target=/m/x --mount=type=tmpfs,target=/m \
                --mount=type=ssh,id=other --mount=type=tmpfs,target=/a,size=1 --mount=type=tmpfs,target=/a,size=2 go
            """)
        let run = try #require(graph.run("go"))
        #expect(
            run.mounts.map(\.target) == [
                "/a", "/a", "/m", "/m/x", "/run/secrets/s", "/run/buildkit/ssh_agent.0", "/run/buildkit/ssh_agent.1",
            ])
        #expect(run.mounts[0].kind == .tmpfs(size: 1, readOnly: false))
    }

    @Test(
        arguments: [
            ("", .default, .default), ("--network=default", .none, .none), ("--network=none", .host, .none),
            ("--network=default", .host, .host), ("--network=host", .host, .host), ("", .host, .host),
        ] as [(String, RunOperation.Network, RunOperation.Network)])
    func networks(_ flag: String, _ whole: RunOperation.Network, _ expected: RunOperation.Network) async throws {
        let graph = try await plan("FROM base\nRUN \(flag) go", PlanOptions(network: whole))
        #expect(try #require(graph.run("go")).network == expected)
    }

    @Test(arguments: [
        ("--network=host", "network.host is not allowed"), ("--security=insecure", "security.insecure is not allowed"),
        (
            "--device=vendor.com/class=name",
            "device feature is only supported in Dockerfile frontend 1.14.0-labs or later"
        ),
        ("--mount=type=cache,target=/c,source=d", "cache mount has no source \"d\""),
        ("--mount=type=tmpfs,target=/c,source=/d,from=base", "tmpfs mount has no source \"/d\""),
    ])
    func refused(_ flag: String, _ message: String) async throws {
        let error = await #expect(throws: DockerfileError.self) { try await plan("FROM base\nRUN \(flag) go") }
        #expect(error?.message == message)
        #expect(error?.diagnostic.range?.start.line == 2)
    }

    @Test func entitlementsAllow() async throws {
        let options = PlanOptions(entitlements: ["network.host", "security.insecure"])
        let graph = try await plan("FROM base\nRUN --network=host --security=insecure go", options)
        let run = try #require(graph.run("go"))
        #expect(run.network == .host)
        #expect(run.security == .insecure)
    }

    @Test func noCacheOfSomeStages() async throws {
        var options = PlanOptions()
        options.noCache = .stages(["a"])
        let graph = try await plan("FROM base AS a\nRUN one\nFROM a AS b\nRUN two", options)
        let ignoring = graph.operations.filter(\.ignoresCache).map(\.name)
        #expect(ignoring == ["[a 2/2] RUN one"])
    }
}
