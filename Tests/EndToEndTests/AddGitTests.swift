import FoundationEssentials
import SystemPackage
import Testing

extension EndToEnd {
    /// `ADD` of git repositories, from git's own server.
    @Suite struct AddGitTests {
        /// The files of a layer as `mode name`.
        static func files(_ image: Image, layer: Int) async throws -> [String] {
            try await image.entries(layer: layer).map { line in
                let words = line.split(separator: " ", maxSplits: 5)
                return "\(words[0]) \(words[5])"
            }
        }

        @Test(arguments: Account.all)
        func takesBranchesTagsAndCommits(account: Account) async throws {
            try await Workspace.use(as: account) { work in
                try await GitServer.use(in: work) { server in
                    let commit = try await server.commit("v1")
                    let one = [
                        "drwxr-xr-x x/", "-rw-r--r-- x/a.txt", "drwxr-xr-x x/d/", "drwxr-xr-x x/d/e/",
                        "-rw-r--r-- x/d/e/f.txt", "lrwxrwxrwx x/link -> a.txt", "-rwxr-xr-x x/run",
                    ]
                    for tail in ["#v1", "?tag=v1a", "#\(commit)", "#\(commit.prefix(8))"] {
                        let image = try await work.buildImage("FROM scratch\nADD \(server.address)\(tail) /x/\n")
                        #expect(try await AddGitTests.files(image, layer: 0) == one, "\(tail)")
                    }
                    let image = try await work.buildImage(
                        """
                        FROM scratch
                        ADD \(server.address) /x/
                        ADD \(server.address)?submodules=0 /y/
                        ADD --chown=5:6 --exclude=*.txt \(server.address)#main:d/e /z/
                        ADD --keep-git-dir=true \(server.address)#v1 /k/
                        """)
                    let submodule = "x/mod/s.txt"
                    #expect(try await image.text(of: submodule, layer: 0) == "sub\n")
                    #expect(
                        try await !image.entries(layer: 0).contains { $0.contains(".git/") || $0.hasSuffix("/.git") })
                    #expect(try await image.text(of: "y/mod/s.txt", layer: 1) == nil)
                    #expect(try await AddGitTests.files(image, layer: 2) == ["drwxr-xr-x z/"])
                    #expect(try await image.text(of: "k/.git/HEAD", layer: 3) == commit + "\n")
                }
            }
        }

        @Test func reactsToChangesOnly() async throws {
            try await Workspace.use { work in
                try await GitServer.use(in: work) { server in
                    let dockerfile = "FROM base\nADD \(server.address)#main /x/\nRUN cat /x/a.txt\n"
                    let first = try await work.build(dockerfile)
                    try #require(first.status == 0, "\(first.transcript)")
                    #expect(PlainProgress(first.errors).executed.count == 2, "\(first.errors)")
                    let again = try await work.build(dockerfile)
                    #expect(PlainProgress(again.errors).executed == [], "\(again.errors)")
                    // The same commit by another name is the same.
                    let commit = try await server.commit("main")
                    let named = try await work.build(dockerfile.replacing("#main", with: "#\(commit)"))
                    #expect(PlainProgress(named.errors).executed == [], "\(named.errors)")
                    try await server.run(
                        "cd app && echo two >a.txt && git commit -qam three && git push -q ../app.git main")
                    let changed = try await work.build(dockerfile)
                    #expect(changed.status == 0)
                    #expect(PlainProgress(changed.errors).executed.count == 2, "\(changed.errors)")
                    #expect(changed.errors.contains("two"))
                }
            }
        }

        @Test func refusesAnotherCommitAndWhatIsMissing() async throws {
            try await Workspace.use { work in
                try await GitServer.use(in: work) { server in
                    let (main, one) = (try await server.commit("main"), try await server.commit("v1"))
                    let right = try await work.build(
                        "FROM scratch\nADD --checksum=\(one.prefix(10)) \(server.address)#v1a /x/\n")
                    #expect(right.status == 0, "\(right.transcript)")
                    let cases: [(instruction: String, message: String)] = [
                        ("ADD --checksum=\(one) \(server.address)#main /", "to match \(one), got \(main)"),
                        ("ADD \(server.address)#none /", "does not contain \"none\""),
                        ("ADD \(server.address)#main:none /", "has no directory \"none\""),
                        ("ADD \(server.address)#main:link /", "has no directory \"link\""),
                        ("ADD \(server.address.replacing("app", with: "nosuch")) /", "nosuch.git"),
                    ]
                    for (instruction, message) in cases {
                        let outcome = try await work.build("FROM scratch\n\n\(instruction)\n")
                        #expect(outcome.status == 1, "\(instruction)")
                        #expect(outcome.errors.contains(message), "\(outcome.errors)")
                        #expect(outcome.errors.contains("Dockerfile:3"), "\(outcome.errors)")
                    }
                }
            }
        }

        @Test func epochOfAStage() async throws {
            try await Workspace.use { work in
                try await GitServer.use(in: work) { server in
                    let image = try await work.buildImage(
                        """
                        ARG SOURCE_DATE_EPOCH=source
                        FROM scratch AS source
                        ADD \(server.address)#v1 /
                        FROM base
                        ARG SOURCE_DATE_EPOCH
                        RUN echo $SOURCE_DATE_EPOCH >/epoch
                        """)
                    #expect(image.configuration.created == "2023-11-14T22:13:20Z")
                    #expect(try await image.text(of: "epoch", layer: -1) == "1700000000\n")
                }
            }
        }

        /// ssh asks the agent and knows hosts by its own files only; here it is a script that looks at what it is given.
        @Test func fetchesOverSecureShell() async throws {
            try await Workspace.use(as: .current) { work in
                try await GitServer.use(in: work) { server in
                    let ssh = work.root.appending("bin").appending("ssh")
                    try File.write(
                        """
                        #!/bin/sh
                        echo "$@" >>\(work.root)/ssh.log
                        for last; do :; done
                        cd \(work.root)/git && exec sh -c "$(echo "$last" | sed "s,'/*,'./,")"
                        """, to: ssh, mode: 0o755)
                    let path = "\(work.root)/bin:/usr/local/bin:/usr/bin:/bin"
                    let dockerfile = "FROM scratch\nADD git@example.invalid:app.git#v1 /x/\n"
                    let image = try await work.buildImage(dockerfile, environment: ["PATH": path])
                    #expect(try await image.text(of: "x/a.txt", layer: 0) == "one\n")
                    let log = try File.text(work.root.appending("ssh.log"))
                    #expect(log.contains("-F /dev/null") && log.contains("BatchMode=yes"))
                    #expect(log.contains("git@example.invalid"))
                }
            }
        }
    }
}
