import Dockerfile
import FileSystem
import Glibc
import HTTP
import LoopbackServer
import Subprocess
import SystemPackage
import Testing

@testable import Remote

/// Repositories behind a plain file server, which knows neither shallow fetches nor commits by their names; the
/// end-to-end tests have git's own server.
@Suite struct GitTests {
    /// A repository with a submodule, made by git.
    static let script = """
        set -eu
        export HOME=/nonexistent GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_DATE='1700000000 +0000' \\
            GIT_COMMITTER_DATE='1700000000 +0000' GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@x GIT_COMMITTER_NAME=a \\
            GIT_COMMITTER_EMAIL=a@x
        cd "$1"
        git init -q -b main sub
        (cd sub && echo sub >s.txt && git add . && git commit -qm sub)
        git init -q -b main app
        cd app
        mkdir -p d/e bin
        echo one >a.txt
        echo deep >d/e/f.txt
        echo run >bin/run
        chmod 755 bin/run
        ln -s / d/out
        git add .
        git commit -qm one
        git tag v1
        git tag -a -m annotated v1a
        git -c protocol.file.allow=always submodule add -q ../sub mod
        git config -f .gitmodules submodule.mod.url ../sub.git
        git commit -qam two
        git checkout -q -b evil
        git config -f .gitmodules submodule.mod.url "file://$1/sub"
        git commit -qam evil
        git checkout -q main
        cd ..
        for name in app sub; do
            git clone -q --bare $name $name.git
            git -C $name.git update-server-info
        done
        """

    struct Served {
        var bench: Bench
        var server: TestServer
        var remote: String

        func address(_ tail: String = "") throws -> GitAddress { try #require(try GitAddress(parsing: remote + tail)) }

        func commit(_ name: String) async throws -> String {
            let result = try await run(
                .name("git"), arguments: ["-C", "\(bench.directory)/www/app.git", "rev-parse", name],
                output: .string(limit: 100), error: .discarded)
            return String(result.standardOutput.dropLast())
        }

        func checkOut(_ tail: String = "", _ name: String = "out") async throws -> GitCheckout {
            let address = try address(tail)
            let revision = try await bench.client.resolve(address)
            return try await bench.client.checkOut(address, at: revision, into: try bench.makeDirectory(name))
        }
    }

    static func serve(_ body: (Served) async throws -> Void) async throws {
        let bench = try Bench()
        let files = try bench.makeDirectory("www")
        let made = try await run(
            .name("sh"), arguments: ["-c", script, "sh", files.string], output: .discarded, error: .string(limit: 9999))
        try #require(made.terminationStatus.isSuccess, "\(made.standardError)")
        let handler: TestServer.Handler = { request in
            let path = files.appending(FilePath(request.path).removingRoot().components)
            guard let file = try? FileDescriptor.open(path, .readOnly) else { return .text("", status: 404) }
            defer { file.closeAfterReading() }
            guard let bytes = try? file.readAll(limit: 1 << 20, path: path) else { return .text("", status: 404) }
            return TestServer.Reply(body: bytes)
        }
        try await TestServer.run(handler) { server in
            try await body(Served(bench: bench, server: server, remote: "\(server.url)/app.git"))
        }
    }

    @Test func resolvesReferences() async throws {
        try await Self.serve { served in
            let (main, one, tag) = (
                try await served.commit("main"), try await served.commit("v1"), try await served.commit("v1a")
            )
            let expected: [(String, GitRevision)] = [
                ("", GitRevision(commit: main, object: main, reference: "refs/heads/main")),
                ("#main", GitRevision(commit: main, object: main, reference: "refs/heads/main")),
                ("#refs/heads/main", GitRevision(commit: main, object: main, reference: "refs/heads/main")),
                ("#v1", GitRevision(commit: one, object: one, reference: "refs/tags/v1")),
                ("#v1a", GitRevision(commit: one, object: tag, reference: "refs/tags/v1a")),
                ("?tag=v1a", GitRevision(commit: one, object: tag, reference: "refs/tags/v1a")),
                ("#\(one)", GitRevision(commit: one, object: one, reference: nil)),
                ("#\(one.prefix(9))", GitRevision(commit: one, object: one, reference: nil)),
                (
                    "?tag=v1a&checksum=\(one.prefix(7))",
                    GitRevision(commit: one, object: tag, reference: "refs/tags/v1a")
                ),
                ("?tag=v1a&checksum=\(tag)", GitRevision(commit: one, object: tag, reference: "refs/tags/v1a")),
            ]
            for (tail, revision) in expected {
                #expect(try await served.bench.client.resolve(served.address(tail)) == revision, "\(tail)")
            }
            for tail in [
                "#none", "#deadbeef1", "?checksum=\(one)", "#\(one)?checksum=\(main)", "#-x", "?fetch-by-commit",
            ] {
                let address = try served.address(tail.hasPrefix("#\(one)?") ? "?ref=\(one)&checksum=\(main)" : tail)
                let error = await failure { () throws(TransferError) in
                    _ = try await served.bench.client.resolve(address)
                }
                #expect(error != nil, "\(tail)")
            }
        }
    }

    @Test func checksOutWithSubmodules() async throws {
        try await Self.serve { served in
            let checkout = try await served.checkOut()
            #expect(checkout.commit == (try await served.commit("main")))
            #expect(checkout.time == Timestamp(seconds: 1_700_000_000))
            var found: [String] = []
            try TreeWalk(try DirectoryHandle(checkout.root)).run { entry in
                found.append("\(entry.path) \(String(entry.status.mode, radix: 8)) \(entry.status.mtime.seconds)")
                return .descend
            }
            #expect(
                found == [
                    ".gitmodules 644 1700000000", "a.txt 644 1700000000", "bin 755 1700000000",
                    "bin/run 755 1700000000",
                    "d 755 1700000000", "d/e 755 1700000000", "d/e/f.txt 644 1700000000", "d/out 777 1700000000",
                    "mod 755 1700000000", "mod/s.txt 644 1700000000",
                ])
        }
    }

    @Test func keepsARepositoryThatIsTheSameEachTime() async throws {
        try await Self.serve { served in
            func files(_ name: String) async throws -> [String] {
                let checkout = try await served.checkOut("?keep-git-dir=1", name)
                let listing = try await run(
                    .name("sh"),
                    arguments: [
                        "-c", "cd \"$1\" && find . -type f -exec sha256sum {} + | sort", "sh", checkout.root.string,
                    ],
                    output: .string(limit: 1 << 20), error: .discarded)
                return listing.standardOutput.split(separator: "\n").map(String.init)
            }
            let first = try await files("one")
            #expect(first.contains { $0.hasSuffix("./.git/HEAD") })
            #expect(first.contains { $0.hasSuffix("./.git/modules/mod/HEAD") })
            #expect(!first.contains { $0.contains("/logs/") })
            #expect(try await files("two") == first)
            let status = try await run(
                .name("git"),
                arguments: ["-c", "safe.directory=*", "-C", "\(served.bench.directory)/one", "status", "--porcelain"],
                output: .string(limit: 999), error: .string(limit: 999))
            #expect(status.terminationStatus.isSuccess)
            #expect(status.standardOutput == "")
        }
    }

    @Test func takesASubdirectory() async throws {
        try await Self.serve { served in
            let checkout = try await served.checkOut("#v1:d/e")
            #expect(try DirectoryHandle(checkout.root).entries().map(\.name) == ["f.txt"])
            // A link, a file, nothing at all.
            for (number, tail) in ["#v1:d/out/etc", "#v1:a.txt", "#v1:none"].enumerated() {
                await #expect(throws: TransferError.self, "\(tail)") {
                    _ = try await served.checkOut(tail, "bad\(number)")
                }
            }
        }
    }

    @Test func takesNoSubmoduleFromThisMachine() async throws {
        try await Self.serve { served in
            let address = try served.address("#evil")
            let revision = try await served.bench.client.resolve(address)
            let directory = try served.bench.makeDirectory("out")
            let error = await failure { () throws(TransferError) in
                _ = try await served.bench.client.checkOut(address, at: revision, into: directory)
            }
            #expect(error?.code == .git)
            #expect(error?.message.contains("'file' not allowed") == true, "\(error?.message ?? "")")
            let plain = try served.address("?branch=evil&submodules=0")
            _ = try await served.bench.client.checkOut(
                plain, at: revision, into: try served.bench.makeDirectory("plain"))
        }
    }

    @Test(arguments: ["file:///etc", "ext::sh -c id", "/etc", "fd::7", "ssh://127.0.0.1:1/x", "git://127.0.0.1:1/x"])
    func refusesRemote(remote: String) async throws {
        let bench = try Bench()
        var address = try #require(try GitAddress(parsing: "https://h/r.git"))
        address.remote = remote
        let error = await failure { () throws(TransferError) in _ = try await bench.client.resolve(address) }
        #expect(error?.code == .git)
    }

    @Test func passwordIsSentAndNotShown() async throws {
        let bench = try Bench()
        let handler: TestServer.Handler = { _ in .text("", status: 403) }
        try await TestServer.run(handler) { server in
            let text = "http://ada:s3cret@127.0.0.1:\(server.port)/r.git"
            let address = try #require(try GitAddress(parsing: text))
            let error = await failure { () throws(TransferError) in _ = try await bench.client.resolve(address) }
            #expect(error?.code == .unauthorized)
            #expect(error?.message.contains("s3cret") == false)
            #expect(server.requests.first?.headers["authorization"] == "Basic YWRhOnMzY3JldA==")
        }
    }

    @Test(
        arguments: [
            ("GIT_AUTH_TOKEN", "t", "basic eC1hY2Nlc3MtdG9rZW46dA=="), ("GIT_AUTH_HEADER", "Bearer x", "Bearer x"),
            ("GIT_AUTH_TOKEN.127.0.0.1:PORT", "t", "basic eC1hY2Nlc3MtdG9rZW46dA=="),
            ("GIT_AUTH_TOKEN.other", "t", nil),
        ] as [(String, String, String?)])
    func secretsBecomeHeaders(id: String, secret: String, header: String?) async throws {
        let bench = try Bench()
        try await TestServer.run({ _ in .text("", status: 404) }) { server in
            let address = try #require(try GitAddress(parsing: "\(server.url)/r.git"))
            let name = id.replacing("PORT", with: "\(server.port)")
            let credentials = RemoteCredentials { $0 == name ? Array(secret.utf8) : nil }
            let error = await failure { () throws(TransferError) in
                _ = try await bench.client.resolve(address, credentials: credentials)
            }
            #expect(error != nil)
            #expect(server.requests.first?.headers["authorization"] == header)
        }
    }
}

@Suite struct ReferenceListingTests {
    static let commit = String(repeating: "a", count: 40)
    static let tag = String(repeating: "b", count: 40)

    /// Of names that are alike the branch counts, as for git.
    @Test(
        arguments: [
            ("main", "refs/heads/main"), ("both", "refs/heads/both"), ("refs/tags/both", "refs/tags/both"),
            ("heads/main", "refs/heads/main"), ("tags/both", "refs/tags/both"), ("none", nil), ("ain", nil), ("", nil),
        ] as [(String, String?)])
    func prefersBranches(name: String, reference: String?) {
        let listing = ReferenceListing(
            """
            \(Self.commit)\trefs/heads/main
            \(Self.commit)\trefs/heads/x/both
            \(Self.commit)\trefs/heads/both
            \(Self.tag)\trefs/tags/both
            \(Self.commit)\trefs/tags/both^{}

            """)
        #expect(listing.revision(of: name)?.reference == reference)
    }

    @Test(arguments: [
        "", "\n", "\t", "x\trefs/heads/main", "\(commit) refs/heads/main", "\(commit)", "ref: \tHEAD",
        "-\(commit)\trefs/heads/main", "\(commit)x\trefs/heads/main",
    ])
    func ignoresWhatIsNoListing(text: String) {
        #expect(ReferenceListing(text).revision(of: "main") == nil)
    }
}
