import FoundationEssentials
import Glibc
import SystemPackage
import Testing

extension EndToEnd {
    /// A step that failed can be looked at: at once, or later.
    @Suite struct DebugTests {
        private static let dockerfile = """
            FROM base AS other
            RUN echo from-other >/other
            FROM base
            ENV GREETING=hello
            WORKDIR /work
            RUN chmod 777 /work
            USER app
            RUN --mount=type=cache,target=/cache,mode=0777 --mount=type=bind,from=other,source=/other,target=/bound \\
                --mount=type=bind,target=/context,rw --mount=type=secret,id=token,target=/run/token,env=TOKEN,mode=0444 --network=none <<EOF
            echo written >file && echo cached >/cache/file && echo new >/tmp/new
            exit 7
            EOF
            """

        /// A build that fails and is kept.
        private static func fail(_ work: Workspace, _ flags: [String] = ["--on-error", "keep"]) async throws {
            try work.write("given", "given\n")
            let outcome = try await work.build(
                dockerfile, ["--secret", "id=token,env=TOKEN"] + flags, environment: ["TOKEN": "the-token"])
            try #require(outcome.status == 1, "\(outcome.transcript)")
            let isKept = outcome.errors.contains("note: the root of the step is kept: slipway debug")
            #expect(isKept == !flags.isEmpty, "\(outcome.errors)")
        }

        @Test(arguments: Account.all) func later(account: Account) async throws {
            try await Workspace.use(as: account) { work in
                try await Self.fail(work)
                let script = """
                    echo $PWD $GREETING token=$TOKEN $(id -un); cat file /cache/file /bound /context/given /tmp/new
                    grep -E '^(Seccomp|CapBnd):' /proc/self/status; ls /sys/class/net; test ! -e /run/token
                    """
                let seen = try await work.slipway(["debug", "--", "sh", "-c", script])
                #expect(seen.status == 0, "\(seen.transcript)")
                #expect(
                    seen.text.hasPrefix("/work hello token= app\nwritten\ncached\nfrom-other\ngiven\nnew\n"),
                    "\(seen.transcript)")
                // The sandbox is that of a step.
                #expect(
                    seen.text.hasSuffix("CapBnd:\t00000000a80425fb\nSeccomp:\t2\nlo\n"), "\(seen.transcript)")
                #expect(seen.errors == "Secrets are not kept. The step had these, too: --secret id=token\n")
                let given = try await work.slipway(
                    [
                        "debug", "--secret", "id=token,env=T", "1", "--", "sh", "-c",
                        "echo $TOKEN; cat /run/token",
                    ],
                    environment: ["T": "another"])
                #expect(given.text == "another\nanother" && given.errors.isEmpty, "\(given.transcript)")
                // What is done stays, and goes with the build's other traces.
                let changed = try await work.slipway([
                    "debug", "-u", "root", "-w", "/", "--", "sh", "-c", "id -u; echo x >/x; rm /work/file",
                ])
                #expect(changed.text == "0\n", "\(changed.transcript)")
                #expect(try await work.slipway(["debug", "--", "ls", "/x", "/work"]).text == "/x\n\n/work:\n")
                #expect(try Traces.mounts(below: work.root) == [])
                #expect(File.names(work.store.appending("tmp")) == [])
                #expect(try await work.slipway(["doctor"]).status == 0)
                _ = try await work.slipway(["prune", "--force"])
                let gone = try await work.slipway(["debug"])
                #expect(gone.status == 125 && gone.errors.contains("no failed step is kept"), "\(gone.transcript)")
            }
        }

        @Test(
            arguments: [
                (["--", "sh", "-c", "exit 9"], nil, 9), (["--", "nosuch"], nil, 127),
                (["--", "/etc/passwd"], nil, 126),
                ([], "cat file; exit 5\n", 5), ([], "", 0), (["--shell", "/bin/nosh"], nil, 127),
                (["--", "sh", "-c", "kill -9 0"], nil, 0),
            ] as [([String], String?, Int)]) func exitCodes(arguments: [String], input: String?, code: Int) async throws
        {
            try await Workspace.use { work in
                try await Self.fail(work)
                let outcome = try await work.slipway(["debug"] + arguments, input: input)
                #expect(outcome.status == code, "\(outcome.transcript)")
                if input?.hasPrefix("cat") == true { #expect(outcome.text == "written\n") }
            }
        }

        /// Nothing is kept without being asked for, and of what is asked for the last three.
        @Test func howMuchIsKept() async throws {
            try await Workspace.use { work in
                try await Self.fail(work, [])
                let refused = try await work.slipway(["debug", "1"])
                #expect(refused.status == 125 && refused.errors.contains("is not kept"), "\(refused.transcript)")
                for _ in 0..<4 { try await Self.fail(work) }
                let list = try await work.slipway(["logs", "--list"]).text
                #expect(
                    list.split(separator: "\n").dropFirst().map { $0.contains("slipway debug") }
                        == [true, true, true, false, false], "\(list)")
                // Layers that only the kept step needs are not collected before it goes.
                _ = try await work.slipway(["prune", "--force", "--filter", "type=exec.cachemount"])
                let seen = try await work.slipway(["debug", "--", "cat", "file", "/bound"])
                #expect(seen.text == "written\nfrom-other\n", "\(seen.transcript)")
            }
        }

        /// Two at once would write to the same directories.
        @Test func oneAtATime() async throws {
            try await Workspace.use { work in
                try await Self.fail(work)
                let first = try await work.slipway(["debug", "--", "sh", "-c", "echo open >&2; sleep 20"]) { process in
                    try await process.waitForError("open")
                    let second = try await work.slipway(["debug", "--", "true"])
                    #expect(second.status == 125 && second.errors.contains("is in use"), "\(second.transcript)")
                    process.send(SIGTERM)
                    try await Task.sleep(for: .milliseconds(200))
                    process.send(SIGTERM)
                }
                #expect(first.status == 137 || first.status == 143, "\(first.transcript)")
                #expect(try await work.slipway(["debug", "--", "cat", "file"]).text == "written\n")
            }
        }

        // MARK: At a terminal

        @Test(arguments: Account.all) func shell(account: Account) async throws {
            try await Workspace.use(as: account) { work in
                try work.write("given", "given\n")
                try work.write("Dockerfile", Self.dockerfile)
                let outcome = try await work.slipway(
                    typing: [
                        "see=$ ", "type=cat file /context/given; echo $GREETING $PWD; stty size; id -un\\n",
                        "see=written", "see=given", "see=hello /work", "see=24 80", "see=app",
                        "size=33x101", "see=$ ", "type=stty size; test -t 0 && echo it-is''-one\\n", "see=33 101",
                        "see=it-is-one",
                        "see=$ ", "type=echo more >more; exit 3\\n",
                    ], work.buildArguments(["--on-error=shell", "--secret", "id=token,src=\(work.base)/oci-layout"]))
                // The step's error, not what the shell ended with.
                #expect(outcome.status == 1, "\(outcome.transcript)")
                #expect(outcome.text.contains("did not complete successfully: exit code: 7"), "\(outcome.transcript)")
                #expect(outcome.text.contains("The root of [stage-1 4/4] RUN"), "\(outcome.transcript)")
                #expect(try await work.slipway(["debug", "--", "cat", "more"]).text == "more\n")
                #expect(File.names(work.store.appending("tmp")) == [])
            }
        }

        @Test(arguments: Account.all) func debugAtTerminal(account: Account) async throws {
            try await Workspace.use(as: account) { work in
                try await Self.fail(work)
                let outcome = try await work.slipway(
                    typing: [
                        "see=$ ", "type=sh -c \"echo it''-runs; exec sleep 1000\"\\n", "see=it-runs", "type=\\x03",
                        "see=$ ",
                        "type=cat file; exit 4\\n", "see=written",
                    ], ["debug"])
                #expect(outcome.status == 4, "\(outcome.transcript)")
                // The end of the input leaves a shell as well.
                let left = try await work.slipway(typing: ["see=$ ", "type=\\x04"], ["debug", "--shell", "/bin/sh"])
                #expect(left.status == 0, "\(left.transcript)")
            }
        }

        /// Whatever ends it, the terminal is as before (98 would say that it is not) and no process is left.
        @Test(arguments: [("TERM", 143), ("HUP", 129)]) func ended(signal: String, status: Int) async throws {
            try await Workspace.use { work in
                let mark = InterruptTests.mark()
                try work.write("Dockerfile", "FROM base\nRUN false\n")
                let outcome = try await work.slipway(
                    typing: ["see=# ", "type=echo it''-runs; sleep \(mark)\\n", "see=it-runs", "signal=\(signal)"],
                    work.buildArguments(["--on-error", "shell"]))
                #expect(outcome.status == status, "\(outcome.transcript)")
                #expect(try await eventually(.seconds(10)) { Traces.processes(mark: "\(mark)").isEmpty })
                #expect(File.names(work.store.appending("tmp")) == [])
            }
        }

        @Test func killed() async throws {
            try await Workspace.use { work in
                let mark = InterruptTests.mark()
                try work.write("Dockerfile", "FROM base\nRUN echo x >/x; false\n")
                _ = try await work.slipway(
                    typing: ["see=# ", "type=echo it''-runs; sleep \(mark)\\n", "see=it-runs", "signal=KILL"],
                    work.buildArguments(["--on-error", "shell"]))
                #expect(try await eventually(.seconds(20)) { Traces.processes(mark: "\(mark)").isEmpty })
                let isFree = try await eventually(.seconds(20)) {
                    try await work.slipway(["debug", "--", "cat", "/x"]).text == "x\n"
                }
                #expect(isFree)
                #expect(try await work.slipway(["doctor"]).status == 0)
            }
        }

        /// Without a terminal there is nobody to open a shell for.
        @Test func noTerminal() async throws {
            try await Workspace.use { work in
                let outcome = try await work.build("FROM base\nRUN false\n", ["--on-error", "shell"])
                #expect(
                    outcome.status == 1 && outcome.errors.contains("slipway debug 1 reopens it"),
                    "\(outcome.transcript)")
                let wrong = try await work.build("FROM base\nRUN false\n", ["--on-error", "explode"])
                #expect(wrong.status == 2 && wrong.errors.contains("use shell, shell=PROGRAM, keep or stop"))
            }
        }

        // MARK: slipway run

        @Test(arguments: Account.all) func runWithTerminal(account: Account) async throws {
            try await Workspace.use(as: account) { work in
                let built = try await work.build("FROM base\nUSER app\n", ["--tag", "x"])
                try #require(built.status == 0, "\(built.transcript)")
                let outcome = try await work.slipway(
                    typing: [
                        "see=$ ", "size=20x70", "type=stty size; echo $TERM; echo again >/dev/tty\\n", "see=20 70",
                        "see=xterm",
                        "see=again", "see=$ ", "type=exit 6\\n",
                    ], ["run", "-it", "x", "sh"])
                #expect(outcome.status == 6, "\(outcome.transcript)")
                let shown = try await work.slipway(["run", "-t", "x", "sh", "-c", "test -t 1 && seq 3"])
                #expect(shown.text == "1\r\n2\r\n3\r\n", "\(shown.transcript)")
                let refused = try await work.slipway(["run", "-it", "x", "sh"])
                #expect(refused.status == 1 && refused.errors.contains("not a TTY"), "\(refused.transcript)")
            }
        }

        /// A root without what the step had would be another place than the one that it failed in.
        @Test func whatCannotBeReopenedIsNotKept() async throws {
            try await Workspace.use { work in
                let outcome = try await work.build(
                    "FROM base\nRUN exit 3\n", ["--on-error", "keep", "--network", "private"])
                #expect(outcome.status == 1)
                #expect(outcome.errors.contains("cannot be kept: it has a private network"), "\(outcome.transcript)")
                #expect(try await work.slipway(["debug", "--", "true"]).status != 0)
            }
        }
    }
}
