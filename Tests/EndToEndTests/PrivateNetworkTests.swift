import FoundationEssentials
import Glibc
import SystemPackage
import Testing

extension EndToEnd {
    /// Steps with a network of their own that leads out: `--network private`.
    @Suite struct PrivateNetworkTests {
        static let tools = ["slirp4netns", "pasta"]

        /// A `PATH` on which one of the tools is, and what else Slipway starts.
        private static func path(_ work: Workspace, with tool: String?) throws -> [String: String] {
            let directory = work.root.appending("tools")
            try File.directory(directory)
            let places = (work.account.environment["PATH"] ?? "").split(separator: ":").map { FilePath(String($0)) }
            for name in ["newuidmap", "newgidmap", "setpriv"] + (tool.map { [$0] } ?? []) {
                guard let program = places.map({ $0.appending(name) }).first(where: File.exists) else {
                    throw TestFailure("there is no \(name); run scripts/setup test")
                }
                try FileManager.default.createSymbolicLink(
                    atPath: directory.appending(name).string, withDestinationPath: program.string)
            }
            return ["PATH": directory.string]
        }

        /// The machine's own address, by which it reaches others; nil where it has none.
        private static func address(_ work: Workspace) async throws -> String? {
            let outcome = try await Command(
                program: "python3",
                arguments: [
                    "-c",
                    """
                    import socket
                    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                    try:
                        s.connect(("192.0.2.254", 9))
                        print(s.getsockname()[0])
                    except OSError:
                        pass
                    """,
                ]
            ).run()
            let text = outcome.text.split(separator: "\n").first.map(String.init)
            return text?.hasPrefix("127.") == true ? nil : text
        }

        @Test(arguments: Account.all, tools)
        func leadsOutAndNotIn(account: Account, tool: String) async throws {
            try await Workspace.use(as: account) { work in
                let environment = try Self.path(work, with: tool)
                let own = try await Self.address(work)
                // The connections are tried from both networks: what the host's can reach and the private one cannot.
                try work.write(
                    "connect.sh",
                    """
                    try() { echo | nc -w 3 "$1" "$2" >/dev/null 2>&1 && echo "$3 open" || echo "$3 closed"; }
                    try 127.0.0.1 "$PORT" loopback
                    try 10.0.2.2 "$PORT" gateway
                    try "$(ip route | sed -n 's/^default via \\([^ ]*\\).*/\\1/p')" "$PORT" router
                    grep -c "@$NAME" /proc/net/unix | sed 's/^/abstract /'
                    ip -4 -o addr | grep -vc ' lo ' | sed 's/^/addresses /'
                    ip route | grep -c ^default | sed 's/^/routes /'
                    sed -n 's/^nameserver /nameserver /p' /etc/resolv.conf

                    """)
                let dockerfile = """
                    FROM base AS t
                    ARG PORT
                    ARG NAME
                    COPY connect.sh /
                    RUN mkdir /out && sh /connect.sh >/out/report
                    FROM scratch
                    COPY --from=t /out /

                    """
                try await Listener.use(on: "127.0.0.1") { listener in
                    func report(_ flags: [String]) async throws -> [String] {
                        let variables = ["PORT=\(listener.port)", "NAME=\(listener.name)"]
                        let outcome = try await work.build(
                            dockerfile,
                            flags + variables.flatMap { ["--build-arg", $0] } + ["--output", "\(work.root)/out"],
                            environment: environment)
                        try #require(outcome.status == 0, "\(outcome.transcript)")
                        return try File.text(work.root.appending("out/report")).split(separator: "\n").map(String.init)
                    }
                    let host = try await report([])
                    #expect(host.contains("loopback open"), "\(host)")
                    #expect(host.contains("abstract 1"), "\(host)")
                    let inside = try await report(["--network", "private"])
                    for line in [
                        "loopback closed", "gateway closed", "router closed", "abstract 0", "addresses 1", "routes 1",
                        "nameserver \(tool == "pasta" ? "169.254.1.1" : "10.0.2.3")",
                    ] {
                        #expect(inside.contains(line), "\(line): \(inside)")
                    }
                }
                // Out: to a server on the machine's own address, which another machine could reach as well. pasta gives the
                // inside that very address, so there it leads to the inside.
                if tool == "slirp4netns", let own {
                    try await Listener.use(on: own) { listener in
                        let outcome = try await work.build(
                            "FROM base\nRUN echo | nc -w 10 \(own) \(listener.port) && echo connected\n",
                            ["--network", "private"], environment: environment)
                        #expect(outcome.status == 0 && outcome.errors.contains("connected\n"), "\(outcome.transcript)")
                    }
                }
                #expect(try await eventually(.seconds(30)) { Self.left(tool) == [] })
            }
        }

        /// Also where the machine's name server is on its loopback, as systemd-resolved is, which itself cannot be reached.
        @Test(.enabled(if: Account.isRoot, "gives the machine another name server"), arguments: Account.all, tools)
        func names(account: Account, tool: String) async throws {
            try await Workspace.use(as: account) { work in
                var environment = try Self.path(work, with: tool)
                environment["SLIPWAY_ROOT"] = work.store.string
                environment["HOME"] = account.environment["HOME"]
                try File.write("nameserver 127.0.0.9\nsearch example\n", to: work.root.appending("resolv.conf"))
                try work.write("Dockerfile", "FROM base\nRUN cat /etc/resolv.conf; nslookup some.name.test\n")
                let binary = try await Binary.path()
                let (program, arguments) = account.command(
                    binary, work.buildArguments(["--network", "private"]))
                let script = "mount --bind \"$0\" \"$(realpath /etc/resolv.conf)\" && exec \"$@\""
                let command = Command(
                    program: "unshare",
                    arguments: [
                        "--mount", "--propagation", "private", "sh", "-c", script, "\(work.root)/resolv.conf", "env",
                    ] + environment.map { "\($0.key)=\($0.value)" } + [
                        program == binary ? program : "/usr/bin/\(program)"
                    ] + arguments,
                    directory: work.root)
                try await NameServer.use(on: "127.0.0.9") {
                    let outcome = try await command.run()
                    #expect(outcome.status == 0, "\(outcome.transcript)")
                    #expect(outcome.errors.contains("search example"))
                    #expect(outcome.errors.contains(NameServer.answer), "\(outcome.transcript)")
                }
            }
        }

        /// The programs that connect networks of this test's sandboxes, by what only we give them.
        private static func left(_ tool: String) -> [String] {
            Traces.processes(mark: "/proc/self/fd/0").filter { $0.contains(tool) }
        }

        @Test(arguments: Account.all, tools)
        func endsWithTheStep(account: Account, tool: String) async throws {
            try await Workspace.use(as: account) { work in
                let environment = try Self.path(work, with: tool)
                let failed = try await work.build(
                    "FROM base\nRUN exit 3\n", ["--network", "private"], environment: environment)
                #expect(failed.status == 1 && failed.errors.contains("exit code: 3"), "\(failed.transcript)")
                #expect(try await eventually(.seconds(30)) { Self.left(tool) == [] })
                let killed = try await work.build(
                    "FROM base\nRUN echo begun; sleep 1000\n", ["--network", "private"], environment: environment
                ) { process in
                    try await process.waitForError("begun\n")
                    #expect(Self.left(tool) != [])
                    process.send(SIGKILL)
                }
                #expect(killed.status == 137)
                #expect(try await eventually(.seconds(30)) { Self.left(tool) == [] })
            }
        }

        @Test(arguments: Account.all)
        func containers(account: Account) async throws {
            try await Workspace.use(as: account) { work in
                let built = try await work.build("FROM base\n", ["--tag", "t"])
                #expect(built.status == 0, "\(built.transcript)")
                let run = try await work.slipway(
                    [
                        "run", "--network", "private", "t", "/bin/sh", "-c",
                        "ip -4 -o addr | grep -c tap0; cat /etc/resolv.conf",
                    ])
                #expect(run.status == 0 && run.text.hasPrefix("1\nnameserver 10.0.2.3\n"), "\(run.transcript)")
                // Together with a runtime, which is in the same network.
                for runtime in account.hasOneID ? [] : account.isRoot ? ["runc"] : ["runc", "crun"] {
                    let run = try await work.slipway(
                        [
                            "run", "--network", "private", "--runtime", runtime, "t", "/bin/sh", "-c",
                            "ip -4 -o addr | grep -c tap0",
                        ])
                    #expect(run.status == 0 && run.text == "1\n", "\(runtime) \(run.transcript)")
                }
            }
        }

        @Test(arguments: Account.all) func nothingThatConnects(account: Account) async throws {
            try await Workspace.use(as: account) { work in
                let environment = try Self.path(work, with: nil)
                let missing = try await work.build(
                    "FROM base\nRUN true\n", ["--network", "private"], environment: environment)
                #expect(missing.status != 0, "\(missing.transcript)")
                #expect(missing.errors.contains("install the package slirp4netns or passt"), "\(missing.errors)")
                // A program that fails is quoted, and one that ends without a word does not hang the step.
                for (script, words) in [
                    ("echo no tunnel today >&2; exit 1", "no tunnel today"),
                    ("exit 0", "cannot connect the private network"),
                ] {
                    try File.write(
                        "#!/bin/sh\n\(script)\n", to: work.root.appending("tools/slirp4netns"), mode: 0o755)
                    let outcome = try await work.build(
                        "FROM base\nRUN true\n", ["--network", "private"], environment: environment)
                    #expect(outcome.status == 1 && outcome.errors.contains(words), "\(outcome.transcript)")
                    #expect(outcome.errors.contains("Dockerfile:2"))
                }
                // A Dockerfile cannot ask for it: there the words are BuildKit's.
                let asked = try await work.build("FROM base\nRUN --network=private true\n")
                #expect(asked.status == 2, "\(asked.transcript)")
            }
        }
    }
}
