import FoundationEssentials
import LoopbackServer
import SystemPackage
import Testing

extension EndToEnd {
    /// Contexts that are no directories: archives, standard input, git repositories, addresses.
    @Suite struct ContextTests {
        /// Makes `ctx.tar.gz` beside the context: a Dockerfile, one below a directory, a file of another owner, a link that
        /// leads outside.
        private static func archive(in work: Workspace) async throws -> FilePath {
            try work.write("Dockerfile", "FROM base\nCOPY . /x/\n")
            try work.write("a.txt", "a\n")
            try File.directory(work.context.appending("sub"))
            try work.write("sub/Other", "FROM base\nCOPY a.txt /other\n")
            let archive = work.root.appending("ctx.tar.gz")
            _ = try await work.tool(
                "sh", "-c",
                """
                cd "$0" && ln -s ../../../etc/passwd outside && ln -s /etc/passwd sub/Stolen
                tar --owner=5 --group=6 --sort=name -czf "$1" .
                """, work.context.string, archive.string)
            return archive
        }

        private static func build(
            _ work: Workspace, _ context: String, _ flags: [String] = [], input: FilePath? = nil
        ) async throws -> Command.Outcome {
            let arguments =
                ["build", "--build-context", "base=oci-layout://\(work.base)", "--progress", "plain"] + flags
                + ["--output", "type=oci,dest=\(work.root)/image.tar", context]
            guard let input else { return try await work.slipway(arguments) }
            return try await Command(
                program: "sh", arguments: ["-c", #"exec "$0" "$@" <"$INPUT""#, try await Binary.path()] + arguments,
                environment: ["SLIPWAY_ROOT": work.store.string, "INPUT": input.string], directory: work.root,
                account: work.account
            ).run()
        }

        @Test(arguments: Account.all)
        func archives(account: Account) async throws {
            try await Workspace.use(as: account) { work in
                let archive = try await ContextTests.archive(in: work)
                for (context, input) in [(archive.string, nil), ("-", archive)] {
                    let outcome = try await ContextTests.build(work, context, input: input)
                    try #require(outcome.status == 0, "\(outcome.transcript)")
                    let image = try await Image(
                        archive: work.root.appending("image.tar"),
                        directory: work.root.appending("image-\(context == "-")"))
                    #expect(try await image.text(of: "x/a.txt", layer: -1) == "a\n")
                    let lines = try await image.entries(layer: -1)
                    #expect(lines.contains { $0.contains(" 5/6 ") && $0.hasSuffix("x/a.txt") }, "\(lines)")
                    #expect(lines.contains { $0.hasSuffix("x/outside -> ../../../etc/passwd") }, "\(lines)")
                    let other = try await ContextTests.build(work, context, ["-f", "sub/Other"], input: input)
                    #expect(other.status == 0, "\(other.transcript)")
                    // A link in the archive leads nowhere outside of it.
                    let stolen = try await ContextTests.build(work, context, ["-f", "sub/Stolen"], input: input)
                    #expect(stolen.status == 2)
                    #expect(stolen.errors.contains("failed to read dockerfile"), "\(stolen.transcript)")
                    #expect(!stolen.errors.contains("root:"))
                }
                #expect(File.names(work.store.appending("tmp")) == [])
            }
        }

        @Test func aDockerfileOnStandardInputHasNoContext() async throws {
            try await Workspace.use { work in
                let arguments = [
                    "build", "--build-context", "base=oci-layout://\(work.base)", "--progress", "plain", "-",
                ]
                let plain = try await work.slipway(arguments, input: "FROM base\nRUN true\n")
                #expect(plain.status == 0, "\(plain.transcript)")
                let copy = try await work.slipway(arguments, input: "FROM base\nCOPY a /\n")
                #expect(copy.status == 2)
                #expect(
                    copy.errors.contains("there is no build context to copy from\n --> Dockerfile:2:6"),
                    "\(copy.errors)")
            }
        }

        @Test func whatIsNoContextIsSaidToBe() async throws {
            try await Workspace.use { work in
                try work.write("plain.txt", "text\n")
                for (context, says) in [
                    (work.context.appending("plain.txt").string, "neither a directory nor a tar archive"),
                    (work.context.appending("none").string, "not found or not a directory"),
                    ("http://127.0.0.1:1/x.tar", "cannot fetch the build context"),
                    ("git://127.0.0.1:1/x.git", "cannot fetch the build context"),
                ] {
                    let outcome = try await ContextTests.build(work, context)
                    #expect(outcome.status == 2, "\(outcome.transcript)")
                    #expect(outcome.errors.contains(says), "\(outcome.transcript)")
                }
            }
        }

        @Test func repositoriesAndNamedContexts() async throws {
            try await Workspace.use { work in
                try await GitServer.use(in: work) { server in
                    let dockerfile = work.root.appending("Dockerfile.git")
                    try File.write("FROM base\nCOPY a.txt /x/\nCOPY --from=lib . /y/\n", to: dockerfile)
                    let outcome = try await ContextTests.build(
                        work, "\(server.address)#v1",
                        ["-f", dockerfile.string, "--build-context", "lib=\(server.address)#main:d/e"])
                    try #require(outcome.status == 0, "\(outcome.transcript)")
                    let image = try await Image(
                        archive: work.root.appending("image.tar"), directory: work.root.appending("image"))
                    #expect(try await image.text(of: "x/a.txt", layer: -2) != nil)
                    #expect(try await image.text(of: "y/f.txt", layer: -1) != nil)
                    // The time of the build is that of the commit, whenever it is built.
                    let digest = image.manifestDigest
                    let again = try await ContextTests.build(
                        work, "\(server.address)#v1",
                        ["-f", dockerfile.string, "--no-cache", "--build-context", "lib=\(server.address)#main:d/e"])
                    #expect(again.status == 0)
                    let second = try await Image(
                        archive: work.root.appending("image.tar"), directory: work.root.appending("again"))
                    #expect(second.manifestDigest == digest)
                }
            }
        }

        @Test func addresses() async throws {
            try await Workspace.use { work in
                let archive = try await ContextTests.archive(in: work)
                let bytes = Array(try Data(contentsOf: URL(filePath: archive.string)))
                try await TestServer.run({ request in
                    switch request.path {
                    case "/ctx.tar.gz": TestServer.Reply(body: bytes)
                    case "/Dockerfile": .text("FROM base\nRUN echo from the web\n")
                    default: .text("", status: 404)
                    }
                }) { server in
                    let host = "http://127.0.0.1:\(server.port)"
                    let unpacked = try await ContextTests.build(work, host + "/ctx.tar.gz")
                    #expect(unpacked.status == 0, "\(unpacked.transcript)")
                    let single = try await ContextTests.build(work, host + "/Dockerfile")
                    #expect(single.status == 0, "\(single.transcript)")
                    #expect(single.errors.contains("from the web"))
                    let graph = try await work.slipway(["graph", "--format", "json", host + "/ctx.tar.gz"])
                    #expect(graph.status == 0, "\(graph.transcript)")
                    let check = try await work.slipway(["build", "--call", "targets", host + "/Dockerfile"])
                    #expect(check.status == 0, "\(check.transcript)")
                }
            }
        }
    }
}
