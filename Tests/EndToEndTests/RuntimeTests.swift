import FoundationEssentials
import Glibc
import SystemPackage
import Testing

extension EndToEnd {
    /// Steps that a runtime of the machine executes: `--runtime`.
    @Suite struct RuntimeTests {
        /// crun is not for root: it opens device nodes to steps.
        private static let runtimes =
            [(Account.current, "runc")] + (Account.withAllIDs.last.map { [($0, "runc"), ($0, "crun")] } ?? [])

        private static let dockerfile = """
            FROM base
            ARG A=x
            ENV B=y
            RUN mkdir /out && echo $A$B >/out/arguments && id >/out/identity && hostname >/out/hostname
            RUN <<EOF
            set -e
            chown 33:44 /out/hostname
            rm /old/file && rm -r /opaque && mkdir /opaque && ln -s x /opaque/link
            chmod 4755 /bin/busybox
            EOF
            RUN --mount=type=cache,target=/c --mount=type=tmpfs,target=/t --mount=target=/m \\
                touch /c/x /t/x && ls /m >/out/context && (grep -E '^(Cap|Seccomp:|NoNew)' /proc/self/status; umask) >/out/rights
            RUN --mount=type=secret,id=s,env=S,target=/run/secrets/s cat /run/secrets/s >/dev/null && test "$S" = secret && ls /proc/self/fd | wc -l >/out/files
            RUN --network=none ls /sys/class/net >/out/network && test -z "$(cat /proc/keys)" && ! touch /proc/sys/kernel/domainname
            USER app
            WORKDIR /home/app/work
            RUN id >identity && pwd >place && touch /dev/shm/x && echo x >/dev/null && test ! -w /etc/passwd && mkdir -p a/b && mkfifo a/f
            """

        private static func digest(
            _ work: Workspace, _ flags: [String], named name: String, at location: SourceLocation = #_sourceLocation
        ) async throws -> String {
            try File.write("secret", to: work.root.appending("token"))
            let secret = ["--secret", "id=s,src=\(work.root)/token", "--no-cache"]
            return try await work.buildImage(dockerfile, flags + secret, named: name, at: location).manifestDigest
        }

        @Test(arguments: Account.withAllIDs)
        func digestsAreThoseOfTheSandbox(account: Account) async throws {
            try await Workspace.use(as: account) { work in
                let own = try await Self.digest(work, [], named: "own")
                for runtime in account.isRoot ? ["runc", "/usr/sbin/runc"] : ["runc", "crun"] {
                    let name = "image-\(runtime.replacing("/", with: "-"))"
                    #expect(try await Self.digest(work, ["--runtime", runtime], named: name) == own, "\(runtime)")
                }
                #expect(Traces.processes(mark: "\(work.root)/") == [])
                #expect(try Traces.mounts(below: work.root) == [])
                #expect(Self.controlGroups() == [])
                #expect(File.names(work.store.appending("tmp")) == [])
            }
        }

        /// Directories that a runtime makes in the hierarchies of control groups.
        private static func controlGroups() -> [String] {
            let top: FilePath = "/sys/fs/cgroup"
            let places = [top] + File.names(top).map { top.appending($0) }
            return places.flatMap { place in File.names(place).filter { $0 == "slipway" }.map { "\(place)/\($0)" } }
        }

        @Test(arguments: runtimes)
        func isAsStrictAsDocker(account: Account, runtime: String) async throws {
            try await Workspace.use(as: account) { work in
                for (user, found) in try await Probe.reports(in: work, ["--runtime", runtime]) {
                    var report = found
                    // The runtime's own process is what dies with the launcher.
                    report["parent-death-signal"] = "9"
                    // crun binds read-only paths of /proc without the attributes that /proc has.
                    if runtime == "crun" { report = report.filter { !$0.key.hasPrefix("mount./proc/") } }
                    #expect(ProbeJudge(docker: try Probe.recorded(user)).laxities(of: report) == [], "\(user)")
                }
            }
        }

        @Test(arguments: runtimes)
        func failuresAndSignals(account: Account, runtime: String) async throws {
            try await Workspace.use(as: account) { work in
                let failed = try await work.build("FROM base\nRUN echo said; exit 7\n", ["--runtime", runtime])
                #expect(failed.status == 1 && failed.errors.contains("exit code: 7"), "\(failed.transcript)")
                #expect(failed.errors.contains("Dockerfile:2") && failed.errors.contains("said"))
                // The runtime's own words reach the user.
                let missing = try await work.build("FROM base\nRUN [\"nosuch\"]\n", ["--runtime", runtime])
                #expect(missing.status == 1 && missing.errors.contains("nosuch"), "\(missing.transcript)")
                #expect(missing.errors.contains("not found"), "\(missing.transcript)")
                // Killed with everything that it started.
                let mark = "3\(UInt32.random(in: 100_000_000...999_999_999))"
                let interrupted = try await work.build(
                    "FROM base\nRUN echo begun; setsid sleep \(mark) & sleep \(mark)\n", ["--runtime", runtime]
                ) { process in
                    try await process.waitForError("begun\n")
                    process.send(SIGKILL)
                }
                #expect(interrupted.status == 137)
                #expect(try await eventually(.seconds(30)) { Traces.processes(mark: mark).isEmpty })
                #expect(try await eventually(.seconds(30)) { File.names(work.store.appending("tmp")) == [] })
                #expect(Self.controlGroups() == [])
                #expect(try Traces.mounts(below: work.root) == [])
            }
        }

        @Test(arguments: runtimes)
        func containers(account: Account, runtime: String) async throws {
            try await Workspace.use(as: account) { work in
                let built = try await work.build("FROM base\nENV A=1\nUSER app\n", ["--tag", "t"])
                #expect(built.status == 0, "\(built.transcript)")
                let run = try await work.slipway(
                    ["run", "--runtime", runtime, "t", "/bin/sh", "-c", "id -un; echo $A; exit 3"])
                #expect(run.status == 3 && run.text == "app\n1\n", "\(run.transcript)")
            }
        }

        @Test(.enabled(if: Account.isRoot, "is about root"))
        func crunIsNotForRoot() async throws {
            try await Workspace.use(as: .current) { work in
                let outcome = try await work.build("FROM base\nRUN true\n", ["--runtime", "crun"])
                #expect(outcome.status != 0 && outcome.errors.contains("use --runtime runc"), "\(outcome.transcript)")
            }
        }

        @Test(arguments: [
            (["--runtime", "kata"], "use runc, crun"), (["--runtime", "/none/runc"], "not a program"),
            (["--runtime", "runc-that-is-missing"], "install the package runc"),
        ])
        func runtimesThatAreNotThere(flags: [String], words: String) async throws {
            try await Workspace.use { work in
                let outcome = try await work.build("FROM base\nRUN true\n", flags)
                #expect(outcome.status != 0 && outcome.errors.contains(words), "\(outcome.transcript)")
                let run = try await work.slipway(["run"] + flags + ["t"])
                #expect(run.status == 125, "\(run.transcript)")
            }
        }
    }
}
