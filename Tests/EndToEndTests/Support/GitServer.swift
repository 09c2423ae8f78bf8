import SystemPackage

/// git's own server on a loopback port, with repositories in a workspace.
struct GitServer: Sendable {
    /// `git://127.0.0.1:port/app.git`
    var address: String
    private var work: Workspace

    /// Makes the repositories `app`, with a submodule, and serves them beside `body`.
    static func use(in work: Workspace, _ body: @Sendable @escaping (GitServer) async throws -> Void) async throws {
        let repositories = work.root.appending("git")
        try File.directory(repositories)
        let port = try LocalRegistry.freePort()
        let server = GitServer(address: "git://127.0.0.1:\(port)/app.git", work: work)
        try await server.run(
            """
            git init -q -b main sub
            (cd sub && echo sub >s.txt && git add . && git commit -qm sub)
            git clone -q --bare sub sub.git
            git init -q -b main app
            cd app
            mkdir -p d/e
            echo one >a.txt
            echo deep >d/e/f.txt
            echo run >run
            chmod 755 run
            ln -s a.txt link
            git add .
            git commit -qm one
            git tag v1
            git tag -a -m annotated v1a
            git -c protocol.file.allow=always submodule add -q ../sub mod
            git config -f .gitmodules submodule.mod.url ../sub.git
            git commit -qam two
            cd ..
            git clone -q --bare app app.git
            """)
        let daemon = Command(
            program: "git",
            arguments: [
                "daemon", "--listen=127.0.0.1", "--port=\(port)", "--reuseaddr", "--export-all", "--verbose",
                "--base-path=\(repositories)", "--log-destination=stderr",
            ], environment: ["GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*"])
        _ = try await daemon.run { process in
            // Ended here, whatever the body's end; its own error is the one that counts.
            defer { process.sendToGroup(9) }
            try await process.waitForError("Ready to rumble")
            try await body(server)
        }
    }

    /// Runs a shell script beside the repositories; what it prints, without the last line break.
    @discardableResult
    func run(_ script: String) async throws -> String {
        let outcome = try await Command(
            program: "sh", arguments: ["-euc", script],
            environment: [
                "GIT_AUTHOR_DATE": "1700000000 +0000", "GIT_COMMITTER_DATE": "1700000000 +0000", "GIT_AUTHOR_NAME": "a",
                "GIT_AUTHOR_EMAIL": "a@x", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@x",
                "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null",
            ], directory: work.root.appending("git")
        ).run()
        guard outcome.status == 0 else { throw TestFailure("git: \(outcome.transcript)") }
        return outcome.text.hasSuffix("\n") ? String(outcome.text.dropLast()) : outcome.text
    }

    /// The name of the commit that a reference names.
    func commit(_ reference: String) async throws -> String {
        try await run("git -C app.git rev-parse '\(reference)^{commit}'")
    }
}
