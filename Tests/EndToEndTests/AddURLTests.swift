import FoundationEssentials
import Glibc
import LoopbackServer
import Synchronization
import SystemPackage
import Testing

extension EndToEnd {
    /// `ADD` of files on the web.
    @Suite struct AddURLTests {
        static let modified = "Sun, 06 Nov 1994 08:49:37 GMT"

        /// A server whose only file can change; it knows entity tags.
        final class Shelf: Sendable {
            let text = Mutex("one\n")

            func reply(_ request: TestServer.Request) -> TestServer.Reply {
                let text = text.withLock { $0 }
                let tag = "\"\(text.hashValue)\""
                if request.path == "/redirected" { return .text("", status: 302, ("Location", "/file")) }
                guard request.path == "/file" else { return .text("", status: 404) }
                if request.headers["if-none-match"] == tag { return .text("", status: 304, ("ETag", tag)) }
                return .text(text, ("ETag", tag), ("Last-Modified", AddURLTests.modified))
            }
        }

        @Test(arguments: Account.all)
        func reactsToChangesOnly(account: Account) async throws {
            try await Workspace.use(as: account) { work in
                let shelf = Shelf()
                try await TestServer.run({ shelf.reply($0) }) { server in
                    let dockerfile = "FROM base\nADD http://127.0.0.1:\(server.port)/redirected /f\nRUN cat /f >/copy\n"
                    let first = try await work.build(dockerfile)
                    try #require(first.status == 0, "\(first.transcript)")
                    #expect(PlainProgress(first.errors).executed.count == 2, "\(first.errors)")
                    let again = try await work.build(dockerfile)
                    #expect(again.status == 0, "\(again.transcript)")
                    #expect(PlainProgress(again.errors).executed == [], "\(again.errors)")
                    shelf.text.withLock { $0 = "two\n" }
                    let image = try await work.buildImage(dockerfile)
                    #expect(try await image.text(of: "f", layer: -2) == "two\n")
                    #expect(try await image.text(of: "copy", layer: -1) == "two\n")
                    #expect(server.requests.count { $0.path == "/file" } == 3)
                }
            }
        }

        @Test func givesModesTimesAndNames() async throws {
            try await Workspace.use { work in
                let shelf = Shelf()
                try await TestServer.run({ shelf.reply($0) }) { server in
                    let url = "http://127.0.0.1:\(server.port)/file"
                    let image = try await work.buildImage(
                        """
                        FROM scratch
                        ADD \(url) /d/
                        ADD --chmod=4751 --chown=3:4 \(url) /name
                        ADD --link \(url) /d/other
                        """)
                    var files: [String] = []
                    for layer in 0..<3 {
                        files += try await image.entries(layer: layer).filter { !$0.hasPrefix("d") }
                            .map { $0.split(separator: " ").joined(separator: " ") }
                    }
                    #expect(
                        files == [
                            "-rw------- 0/0 4 1994-11-06 08:49 d/file", "-rwsr-x--x 3/4 4 1994-11-06 08:49 name",
                            "-rw------- 0/0 4 1994-11-06 08:49 d/other",
                        ])
                }
            }
        }

        @Test func verifiesTheChecksum() async throws {
            try await Workspace.use { work in
                let shelf = Shelf()
                try await TestServer.run({ shelf.reply($0) }) { server in
                    let url = "http://127.0.0.1:\(server.port)/file"
                    let right = "sha256:2c8b08da5ce60398e1f19af0e5dccc744df274b826abe585eaba68c525434806"
                    let wrong = "sha256:" + String(repeating: "0", count: 64)
                    for _ in 1...2 {
                        let outcome = try await work.build("FROM scratch\nADD --checksum=\(right) \(url) /f\n")
                        #expect(outcome.status == 0, "\(outcome.transcript)")
                    }
                    #expect(server.requests.count == 1)
                    let refused = try await work.build("FROM scratch\n\nADD --checksum=\(wrong) \(url) /f\n")
                    #expect(refused.status == 1)
                    #expect(refused.errors.contains("Dockerfile:3"), "\(refused.errors)")
                    #expect(refused.errors.contains(wrong) && refused.errors.contains(right), "\(refused.errors)")
                }
            }
        }

        @Test func tellsWhatIsMissing() async throws {
            try await Workspace.use { work in
                try await TestServer.run({ _ in .text("", status: 404) }) { server in
                    let outcome = try await work.build(
                        "FROM scratch\n# comment\nADD http://ada:s3cret@127.0.0.1:\(server.port)/none?key=s3cret /f\n")
                    #expect(outcome.status == 1)
                    let url = "http://127.0.0.1:\(server.port)/none"
                    #expect(
                        outcome.errors.contains("error: cannot fetch \(url): 127.0.0.1 answers with status 404"),
                        "\(outcome.errors)")
                    #expect(outcome.errors.contains("Dockerfile:3"))
                }
            }
        }

        @Test func unneededStageFetchesNothing() async throws {
            try await Workspace.use { work in
                try await TestServer.run({ _ in .text("") }) { server in
                    let outcome = try await work.build(
                        "FROM scratch AS unneeded\nADD http://127.0.0.1:\(server.port)/f /\nFROM base\nRUN true\n")
                    #expect(outcome.status == 0, "\(outcome.transcript)")
                    #expect(server.requests.isEmpty)
                }
            }
        }

        @Test(arguments: ["cf", "czf", "cjf", "cJf", "--zstd -cf"])
        func unpacksWhenAsked(flags: String) async throws {
            try await Workspace.use { work in
                let script = "mkdir -p t/sub && echo in >t/sub/x && tar \(flags) nameless -C t ."
                _ = try await work.tool("sh", "-c", script)
                let bytes = Array(try File.data(work.root.appending("nameless")))
                try await TestServer.run({ _ in TestServer.Reply(body: bytes) }) { server in
                    let url = "http://127.0.0.1:\(server.port)/nameless"
                    let image = try await work.buildImage(
                        "FROM scratch\nADD --unpack \(url) /u/\nADD \(url) /p/\nADD --unpack=false \(url) /q/\n")
                    #expect(try await image.text(of: "u/sub/x", layer: 0) == "in\n")
                    for (layer, name) in [(1, "p/nameless"), (2, "q/nameless")] {
                        #expect(try await image.entries(layer: layer).contains { $0.hasSuffix(" \(name)") })
                    }
                }
            }
        }

        @Test func secretAuthorizes() async throws {
            try await Workspace.use { work in
                try File.write("t0ken\n", to: work.root.appending("token"))
                let handler: TestServer.Handler = { request in
                    request.headers["authorization"] == "Bearer t0ken" ? .text("in") : .text("", status: 401)
                }
                try await TestServer.run(handler) { server in
                    let dockerfile = "FROM scratch\nADD http://127.0.0.1:\(server.port)/f /\n"
                    let refused = try await work.build(dockerfile)
                    #expect(refused.status == 1)
                    #expect(
                        refused.errors.contains("--secret id=HTTP_AUTH_TOKEN_127.0.0.1,src=FILE"), "\(refused.errors)")
                    let secret = "id=HTTP_AUTH_TOKEN_127.0.0.1,src=\(work.root)/token"
                    let outcome = try await work.build(dockerfile, ["--secret", secret])
                    #expect(outcome.status == 0, "\(outcome.transcript)")
                }
            }
        }

        @Test func interruptEndsAStalledDownload() async throws {
            try await Workspace.use { work in
                let handler: TestServer.Handler = { _ in TestServer.Reply(body: [1, 2, 3], breakAfter: 1, stalls: true)
                }
                try await TestServer.run(handler) { server in
                    let sent = Instant()
                    let port = server.port
                    let outcome = try await work.build("FROM scratch\nADD http://127.0.0.1:\(port)/f /\n") { process in
                        _ = try await eventually(.seconds(60)) { !server.requests.isEmpty }
                        sent.set()
                        process.send(SIGINT)
                    }
                    #expect(outcome.status == 130, "\(outcome.transcript)")
                    #expect(sent.elapsed < .seconds(2))
                    #expect(File.names(work.store.appending("tmp")) == [])
                }
            }
        }
    }
}
