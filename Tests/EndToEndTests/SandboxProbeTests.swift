import FoundationEssentials
import Glibc
import SystemPackage
import Testing

extension EndToEnd {
    /// What a step can see and do is what a process in docker's container can, or less.
    @Suite struct SandboxProbeTests {
        @Test(arguments: Account.every)
        func isAsStrictAsDocker(account: Account) async throws {
            try await Workspace.use(as: account) { work in
                // As a container with the machine's network, which docker's answers are of.
                for (user, report) in try await Probe.reports(in: work, environment: ["SLIPWAY_PROBE": "seen"]) {
                    try #require(report.count > 250, "\(report)")
                    let judge = ProbeJudge(docker: try Probe.recorded(user))
                    // With one id, users are a story that is told to programs; /proc tells what the kernel thinks.
                    let untold = account.hasOneID && user != "root" ? ["status.Uid 0,0,0,0", "status.Gid 0,0,0,0"] : []
                    let found = judge.laxities(of: report).filter { !untold.contains($0) }
                    #expect(found == [], "\(user)")
                }
            }
        }

        /// The judge itself: what is laxer is found.
        @Test(arguments: [
            ("namespace.pid", "host"), ("status.CapEff", "00000000a80425ff"), ("status.Seccomp", "0"),
            ("status.SigIgn", "0000000000000004"), ("call.unshare-user", "ok"), ("call.keyctl", "ok"),
            ("socket.vsock", "ok"),
            ("path./proc/sys/kernel/core_pattern", "read,write"), ("path./proc/kcore", "read"),
            ("path./proc/sysrq-trigger", "write"), ("mount./sys", "sysfs,nosuid,nodev,noexec"),
            ("mount./host", "ext4,ro"),
            ("mount./proc/more", "ext4"), ("device./dev/sda", "b 8:0 0660"), ("descriptor.9", "open"),
            ("environment.SECRET", "set"), ("node-opened.tmp.mem", "ok"), ("cgroup-made./memory", "ok"),
            ("terminal", "ok"), ("umask", "0000"), ("limit.core", "-1 -1"), ("oom-score-adjustment", "-500"),
            ("parent-death-signal", "0"), ("unheard-of", "ok"),
        ])
        func theJudgeSeesWhatIsLaxer(key: String, value: String) throws {
            let docker = try Probe.recorded("root")
            var report = docker
            report["parent-death-signal"] = "9"
            #expect(ProbeJudge(docker: docker).laxities(of: report) == [])
            report[key] = value
            #expect(ProbeJudge(docker: docker).laxities(of: report) == ["\(key) \(value)"])
            report[key] = nil
            report["call.mount"] = nil
            #expect(ProbeJudge(docker: docker).laxities(of: report).contains("call.mount is missing"))
        }

        /// Seen without the filter, which refuses calls about keys to other steps.
        @Test(arguments: Account.all)
        func keyringsAreNotTheUsers(account: Account) async throws {
            try await Workspace.use(as: account) { work in
                try await Probe.put("probe", as: "probe", into: work)
                let own = try await work.tool("\(work.context)/probe", "--keyring")
                let outcome = try await work.build(
                    """
                    FROM base AS t
                    COPY probe /
                    RUN mkdir /out
                    RUN --security=insecure /probe --keyring >/out/one
                    RUN --security=insecure /probe --keyring >/out/two
                    FROM scratch
                    COPY --from=t /out /

                    """, ["--allow", "security.insecure", "--output", "\(work.root)/out"])
                try #require(outcome.status == 0, "\(outcome.transcript)")
                let one = try File.text(work.root.appending("out/one"))
                let two = try File.text(work.root.appending("out/two"))
                #expect(Int(one.dropLast()) ?? -1 > 0 && Int(two.dropLast()) ?? -1 > 0, "\(one) \(two)")
                #expect(Set([own.text, one, two]).count == 3, "\(own.text) \(one) \(two)")
            }
        }

        /// A dump of a crashed process would be a file of the layer, with whatever secrets it had read.
        @Test func crashesLeaveNoDump() async throws {
            try await Workspace.use { work in
                try work.write(
                    "Dockerfile",
                    "FROM base AS t\nWORKDIR /out\nRUN sh -c 'kill -SEGV $$'; true\nFROM scratch\nCOPY --from=t /out /\n"
                )
                let script = "ulimit -c unlimited; exec \"$@\""
                let command =
                    ["-c", script, "sh", try await Binary.path()]
                    + work.buildArguments(["--output", "\(work.root)/out"])
                let outcome = try await Command(
                    program: "sh", arguments: command, environment: ["SLIPWAY_ROOT": work.store.string],
                    directory: work.root
                ).run()
                try #require(outcome.status == 0, "\(outcome.transcript)")
                #expect(File.names(work.root.appending("out")) == [])
            }
        }

        /// Whoever starts Slipway may have files open, and in its environment what is nobody's business.
        @Test(arguments: Account.all)
        func nothingOfTheCallerLeaks(account: Account) async throws {
            try await Workspace.use(as: account) { work in
                try work.write(
                    "Dockerfile",
                    """
                    FROM base AS t
                    RUN mkdir /out && ls /proc/self/fd >/out/own
                    RUN env >/out/env; cat /proc/1/environ >>/out/env
                    RUN --security=insecure ls /proc/self/fd >/out/insecure
                    FROM scratch
                    COPY --from=t /out /

                    """)
                let script = "exec 3<\"$0\" 4</ 5>/dev/null 9</etc/passwd; exec \"$@\""
                let command =
                    ["-c", script, work.root.string, try await Binary.path()]
                    + work.buildArguments(["--allow", "security.insecure", "--output", "\(work.root)/out"])
                let outcome = try await Command(
                    program: "sh", arguments: command,
                    environment: ["SLIPWAY_ROOT": work.store.string, "TOKEN_OF_THE_CALLER": "x", "AWS_SECRET": "x"],
                    directory: work.root, account: account
                ).run()
                try #require(outcome.status == 0, "\(outcome.transcript)")
                func out(_ name: String) throws -> String { try File.text(work.root.appending("out/\(name)")) }
                // 3 is ls's own, of the directory it lists.
                #expect(try out("own") == "0\n1\n2\n3\n")
                #expect(try out("insecure") == "0\n1\n2\n3\n")
                #expect(
                    try !out("env").contains("TOKEN") && !out("env").contains("SLIPWAY") && !out("env").contains("AWS"))
            }
        }

        /// Also what has left its session, ignores signals and holds the output open.
        @Test(arguments: Account.all)
        func nothingOutlivesItsStep(account: Account) async throws {
            try await Workspace.use(as: account) { work in
                let mark = "4\(UInt32.random(in: 100_000_000...999_999_999))"
                let outcome = try await work.build(
                    """
                    FROM base
                    RUN (trap '' TERM HUP INT; setsid sleep \(mark) & setsid sh -c 'sleep \(mark) & sleep \(mark)' &) ; true
                    RUN ! ps -o args | grep "[s]leep \(mark)"

                    """)
                #expect(outcome.status == 0, "\(outcome.transcript)")
                #expect(Traces.processes(mark: "sleep \(mark)") == [])
            }
        }
    }
}
