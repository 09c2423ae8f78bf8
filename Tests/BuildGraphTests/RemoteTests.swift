import BuildGraph
import Dockerfile
import OCI
import Testing

/// Sources that are addresses.
@Suite struct RemoteTests {
    @Test(
        arguments: [
            ("https://h/r.git", nil, nil, false), ("--keep-git-dir=true https://h/r.git", true, nil, false),
            ("https://h/r.git?keep-git-dir=0", false, nil, false),
            ("--checksum=abc https://h/r.git", nil, "abc", false),
            ("--checksum=abc https://h/r.git?checksum=abc", nil, "abc", false), ("git@h:r", nil, nil, false),
            ("--unpack=true https://h/r.git", nil, nil, false),
        ] as [(String, Bool?, String?, Bool)])
    func readsRepositories(source: String, keeps: Bool?, checksum: String?, unpacks: Bool) async throws {
        let copy = try #require(try await plan("FROM base\nADD \(source) /x/").copies.first)
        guard case .git(let address)? = copy.sources.first?.origin else {
            Issue.record("no repository: \(copy.sources)")
            return
        }
        #expect(address.keepsGitDirectory == keeps)
        #expect(address.checksum == checksum)
        #expect(copy.sources.first?.unpacks == unpacks)
    }

    @Test(arguments: [
        ("ADD --checksum=sha256:x https://h/f /", "invalid checksum sha256:x"),
        ("ADD --checksum=zz https://h/r.git /", "invalid checksum zz"),
        ("ADD --checksum=abc a /", "checksum requires HTTP(S) or Git sources"),
        ("ADD --checksum=abc github.com/a/b /", "checksum requires HTTP(S) or Git sources"),
        ("ADD --checksum=abc https://h/a https://h/b /", "checksum can't be specified for multiple sources"),
        ("ADD --checksum=abc https://h/r.git?commit=def /", "checksum mismatch \"abc\" != \"def\""),
        ("ADD --keep-git-dir=false https://h/r.git?keep-git-dir=1 /", "inconsistent keep-git-dir configuration"),
        ("ADD https://h/r.git?x=1 /", "invalid address of a git repository: unexpected query \"x\""),
        ("COPY https://h/r.git?x=1 /", "invalid address of a git repository: unexpected query \"x\""),
        ("COPY https://h/r.git /", "source can't be a git ref for COPY"),
        ("COPY git@h:r /", "source can't be a git ref for COPY"),
        ("COPY http://h/f /", "source can't be a URL for COPY"),
    ])
    func refuses(instruction: String, message: String) async {
        let error = await failure("FROM base\n\(instruction)")
        #expect(error?.message.hasPrefix(message) == true, "\(error?.message ?? "nothing")")
        #expect(error?.line == 2)
    }

    // MARK: SOURCE_DATE_EPOCH

    private static func planner(_ text: String, _ change: (inout PlanOptions) -> Void = { _ in }) throws -> Planner {
        var options = PlanOptions()
        change(&options)
        let dockerfile = try Dockerfile(parsing: SourceFile(name: "Dockerfile", text: text))
        return Planner(dockerfile: dockerfile, options: options, resolver: TableResolver())
    }

    @Test func epochComesFromANumberAContextOrAStage() throws {
        let stage = """
            ARG SOURCE_DATE_EPOCH=src
            FROM scratch AS src
            ARG V=1
            ADD https://h/$V.tar /
            FROM base
            """
        #expect(try Self.planner("FROM base").epochSource() == nil)
        #expect(try Self.planner("ARG SOURCE_DATE_EPOCH=7\nFROM base").epochSource() == .seconds(7))
        #expect(try Self.planner("ARG SOURCE_DATE_EPOCH=context\nFROM base").epochSource() == .context(.main))
        let named = try Self.planner("FROM base") {
            $0.buildArguments["SOURCE_DATE_EPOCH"] = "other"
            $0.namedContexts["other"] = .directory
        }
        #expect(try named.epochSource() == .context(.named("other")))
        guard case .remote(let origin, let range)? = try Self.planner(stage).epochSource() else {
            Issue.record("no remote source")
            return
        }
        #expect(origin == .remoteFile(url: "https://h/1.tar", checksum: nil))
        #expect(range?.start.line == 4)
    }

    @Test func stagesSeeTheTimeThatWasFound() async throws {
        let text = "ARG SOURCE_DATE_EPOCH=context\nFROM base\nARG SOURCE_DATE_EPOCH\nRUN true"
        var options = PlanOptions()
        options.sourceDateEpoch = 77
        let graph = try await plan(text, options)
        #expect(graph.sourceDateEpoch == 77)
        guard case .run(let run)? = graph.operations.last?.kind else {
            Issue.record("no RUN")
            return
        }
        #expect(run.environment["SOURCE_DATE_EPOCH"] == "77")
    }

    @Test(arguments: [
        ("FROM base AS src\nADD https://h/a /", "SOURCE_DATE_EPOCH stage must use FROM scratch", 2),
        ("FROM scratch AS src", "SOURCE_DATE_EPOCH stage must contain exactly one remote ADD", 2),
        ("FROM scratch AS src\nADD https://h/a /\nADD https://h/b /", "SOURCE_DATE_EPOCH stage must contain", 4),
        ("FROM scratch AS src\nADD https://h/a https://h/b /", "SOURCE_DATE_EPOCH stage must contain", 3),
        ("FROM scratch AS src\nADD a /", "SOURCE_DATE_EPOCH stage source must be", 3),
        ("FROM scratch AS src\nCOPY a /", "SOURCE_DATE_EPOCH stage may hold no COPY", 3),
        ("FROM scratch AS other", "invalid SOURCE_DATE_EPOCH: src", 1),
    ])
    func refusesStage(text: String, message: String, line: Int) throws {
        let planner = try Self.planner("ARG SOURCE_DATE_EPOCH=src\n" + text)
        let error = #expect(throws: DockerfileError.self) { try planner.epochSource() }
        #expect(error?.message.hasPrefix(message) == true, "\(error?.message ?? "")")
        #expect(error?.diagnostic.range?.start.line == line)
    }
}
