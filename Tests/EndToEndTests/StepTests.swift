import FoundationEssentials
import Glibc
import SystemPackage
import Testing

extension EndToEnd {
    /// What the process of a `RUN` is given: mounts, network, rights, limits.
    @Suite struct StepTests {
        /// Files that a step of `FROM base` wrote below `/out`, by name.
        private static func out(
            _ work: Workspace, _ steps: String, _ flags: [String] = [], environment: [String: String] = [:],
            at location: SourceLocation = #_sourceLocation
        ) async throws -> [String: String] {
            let directory = work.root.appending("out-\(UInt32.random(in: 0 ... .max))")
            let outcome = try await work.build(
                "\(steps.hasPrefix("FROM") ? "" : "FROM base AS t\n")\(steps)\nFROM scratch\nCOPY --from=t /out /\n",
                flags + ["--output", directory.string], environment: environment)
            try #require(outcome.status == 0, "\(outcome.transcript)", sourceLocation: location)
            var texts: [String: String] = [:]
            for name in File.names(directory) { texts[name] = try File.text(directory.appending(name)) }
            return texts
        }

        // MARK: Mounts

        /// Recorded from BuildKit at the reference commit.
        @Test(arguments: Account.all)
        func mounts(account: Account) async throws {
            try await Workspace.use(as: account) { work in
                try work.write("a.txt", "A\n")
                try work.write("dir/x", "X\n")
                try File.write("s3cret", to: work.root.appending("token"))
                let found = try await Self.out(
                    work,
                    """
                    FROM scratch AS nothing
                    FROM base AS seed
                    RUN mkdir -p /seed/d && echo 1 >/seed/f && chown 3:4 /seed && chmod 750 /seed && mkdir -m 700 /t
                    FROM seed AS t
                    RUN mkdir /out
                    RUN --mount=from=nothing,target=/m ls -A /m >/out/scratch; touch /m/x; echo $? >>/out/scratch
                    RUN --mount=type=tmpfs,target=/m/dir --mount=target=/m ls -A /m/dir >/out/order
                    RUN --mount=type=tmpfs,target=/t,ro touch /t/x; echo $? >/out/tmpfs; stat -c '%a %u' /t >>/out/tmpfs
                    RUN --mount=type=tmpfs,target=/u,size=1.5m df -k /u | awk 'NR>1{print $2}' >/out/size
                    RUN --mount=type=secret,id=s stat -c '%a %u' /run/secrets/s >/out/secret; \\
                        echo x >/run/secrets/s; echo $? >>/out/secret
                    RUN --mount=type=secret,id=s,env=V --mount=type=secret,id=none,env=W env | grep '^[VW]=' >/out/env
                    RUN echo x >>/etc/hosts; echo $? >/out/hosts
                    RUN --mount=type=cache,target=/c,id=c,from=seed,source=/seed stat -c '%a %u %g' /c >/out/seed; \\
                        cat /c/f >>/out/seed
                    RUN --mount=type=cache,target=/c,id=c ls -A /c >/out/unseeded
                    RUN --mount=type=cache,target=/c,id=c,uid=5,mode=0700 stat -c '%a %u %g' /c >/out/owned
                    RUN --mount=type=cache,target=/c,id=f,from=seed,source=/seed/f cat /c >/out/file
                    RUN ls -d /m /u /c /run/secrets >/out/stubs 2>/dev/null; true
                    """,
                    ["--secret", "id=s,src=\(work.root)/token"])
                let expected = [
                    "scratch": "1\n", "order": "", "tmpfs": "1\n700 0\n", "size": "1536\n", "secret": "400 0\n1\n",
                    "env": "V=s3cret\nW=\n", "hosts": "1\n", "seed": "750 3 4\n1\n", "unseeded": "",
                    "owned": "700 5 0\n", "file": "1\n", "stubs": "",
                ]
                for (name, text) in expected { #expect(found[name] == text, "\(name)") }
            }
        }

        @Test func secretsHaveALargestSize() async throws {
            try await Workspace.use { work in
                let step = "RUN --mount=type=secret,id=s mkdir /out && wc -c </run/secrets/s >/out/size"
                let flags = ["--secret", "id=s,src=\(work.root)/token"]
                try File.write(String(repeating: "x", count: 512_000), to: work.root.appending("token"))
                #expect(try await Self.out(work, step, flags)["size"] == "512000\n")
                try File.write(String(repeating: "x", count: 512_001), to: work.root.appending("token"))
                let refused = try await work.build("FROM base\n\(step)\n", flags + ["--no-cache"])
                #expect(refused.status != 0)
                #expect(
                    refused.errors.contains("500 KiB") && refused.errors.contains("Dockerfile:2"), "\(refused.errors)")
            }
        }

        // MARK: Agents

        /// Puts ssh-add and its libraries into the context, and keys beside it.
        private static func prepareKeys(_ work: Workspace) async throws {
            _ = try await work.tool(
                "sh", "-c",
                """
                set -e
                for file in $(command -v ssh-add) $(ldd "$(command -v ssh-add)" | grep -o '/[^ ]*'); do
                    mkdir -p "$1/tool${file%/*}" && cp -L "$file" "$1/tool$file"
                done
                for type in ed25519 rsa; do ssh-keygen -q -t $type -N '' -C "$type-of-test" -f "$2/$type"; done
                ssh-keygen -q -t ed25519 -N passphrase -f "$2/encrypted"
                """, "sh", work.context.string, work.root.string)
        }

        /// Runs a build below an agent of its own, which has one key.
        private static func buildWithAgent(
            _ work: Workspace, _ flags: [String]
        ) async throws -> Command.Outcome {
            let build = [try await Binary.path()] + work.buildArguments(flags)
            return try await Command(
                program: "ssh-agent",
                arguments: [
                    "sh", "-c", "ssh-add -q \"$1\" && shift && \"$@\"; status=$?; kill $SSH_AGENT_PID; exit $status",
                    "sh", "\(work.root)/ed25519",
                ]
                    + build,
                environment: ["SLIPWAY_ROOT": work.store.string], directory: work.root, account: work.account
            ).run()
        }

        @Test(arguments: Account.all)
        func agents(account: Account) async throws {
            try await Workspace.use(as: account) { work in
                try await Self.prepareKeys(work)
                try work.write(
                    "Dockerfile",
                    """
                    FROM base AS t
                    COPY tool /
                    ENV PATH=/bin:/usr/bin
                    RUN mkdir /out && chmod 777 /out
                    RUN --mount=type=ssh ssh-add -l >/out/root && stat -c '%a %u %g' "$SSH_AUTH_SOCK" >>/out/root; \
                        ssh-add -D; ssh-add -l >>/out/root
                    USER app
                    RUN --mount=type=ssh ssh-add -l >/out/closed 2>&1; true
                    RUN --mount=type=ssh,uid=1000,gid=7,mode=0640,target=/agent --network=none \
                        ssh-add -l >/out/app && stat -c '%a %u %g' /agent >>/out/app
                    RUN --mount=type=ssh,id=keys,uid=1000 ssh-add -l >/out/keys
                    RUN --mount=type=ssh,id=other test ! -e /run/buildkit
                    USER 0
                    RUN ls -d /agent /run/buildkit >/out/left 2>/dev/null; true
                    FROM scratch
                    COPY --from=t /out /

                    """)
                let outcome = try await Self.buildWithAgent(
                    work,
                    ["--ssh", "default", "--ssh", "keys=\(work.root)/rsa", "--output", "\(work.root)/out"])
                try #require(outcome.status == 0, "\(outcome.transcript)")
                func out(_ name: String) throws -> [String] {
                    try File.text(work.root.appending("out").appending(name)).split(separator: "\n").map(String.init)
                }
                let root = try out("root")
                try #require(root.count == 3, "\(root)")
                #expect(root[0].hasSuffix("ed25519-of-test (ED25519)"))
                // The agent still has its key: a step cannot take it away.
                #expect(root[1...] == ["600 0 0", root[0]])
                // Of one id nothing is closed to any user, and a socket has no place to note another owner in.
                if !account.hasOneID { #expect(try out("closed").joined().contains("Permission denied")) }
                #expect(try out("app") == [root[0], account.hasOneID ? "640 0 0" : "640 1000 7"])
                #expect(try out("keys").joined().hasSuffix("rsa-of-test (RSA)"))
                #expect(try out("left") == [])
                // The agent that Slipway started, whose keys are among its arguments.
                #expect(Traces.processes(mark: "\(work.root)/rsa").filter { $0.contains("-a agent-") } == [])
                #expect(File.names(work.store.appending("tmp")) == [])
            }
        }

        @Test func agentsThatCannotBeUsed() async throws {
            try await Workspace.use { work in
                try await Self.prepareKeys(work)
                let optional = "FROM base\n\nRUN --mount=type=ssh,id=x true\n"
                let table: [(String, [String], Int, [String])] = [
                    ("FROM base\n\nRUN --mount=type=ssh,id=x,required true\n", [], 2, ["Dockerfile:3", "--ssh x"]),
                    (optional, ["--ssh", "x"], 2, ["SSH_AUTH_SOCK is not set"]),
                    (optional, ["--ssh", "x=\(work.root)/encrypted"], 2, ["encrypted with a passphrase", "ssh-add"]),
                    (optional, ["--ssh", "x=\(work.root)/rsa.pub"], 2, ["rsa.pub is no private key"]),
                    (optional, ["--ssh", "x=\(work.root)/missing"], 2, ["\(work.root)/missing"]),
                    (optional, [], 0, []),
                ]
                for (dockerfile, flags, status, says) in table {
                    let outcome = try await work.build(dockerfile, flags)
                    #expect(outcome.status == status, "\(outcome.transcript)")
                    for text in says { #expect(outcome.errors.contains(text), "'\(text)' is not in \(outcome.errors)") }
                }
                #expect(Traces.processes(mark: "\(work.root)/") == [])
            }
        }

        // MARK: Environment and identity

        @Test(arguments: Account.all)
        func environment(account: Account) async throws {
            try await Workspace.use(as: account) { work in
                let found = try await Self.out(
                    work,
                    """
                    FROM base AS t
                    ENV HOME=
                    RUN mkdir /out && env | sort >/out/env
                    USER app
                    RUN echo $HOME >/tmp/home
                    USER 0
                    RUN cp /tmp/home /out/ && rm /etc/passwd && (unset HOME; sh -c 'true')
                    USER 1234
                    RUN echo $HOME >/tmp/nobody
                    USER 0
                    RUN cp /tmp/nobody /out/ && grep -v '^#' /etc/hosts >/out/hosts && hostname >/out/hostname
                    """,
                    [
                        "--add-host", "Upper.Case:1.2.3.4", "--add-host", "six=[2001:DB8::1]", "--add-host",
                        "gate:host-gateway", "--build-arg", "BUILDKIT_SANDBOX_HOSTNAME=builder",
                    ], environment: ["SECRET_OF_THE_USER": "x"])
                #expect(found["env"] == "HOME=/root\nPATH=/bin\nPWD=/\nSHLVL=1\n")
                #expect(found["home"] == "/home/app\n")
                #expect(found["nobody"] == "/\n")
                #expect(found["hostname"] == "builder\n")
                #expect(
                    found["hosts"] == """
                        127.0.0.1\tlocalhost builder
                        ::1\tlocalhost ip6-localhost ip6-loopback
                        1.2.3.4\tupper.case
                        2001:db8::1\tsix
                        127.0.0.1\tgate

                        """)
            }
        }

        /// setresuid(2) takes this number for "do not change": the step would run as root.
        @Test func numbersThatMeanSomethingElse() async throws {
            try await Workspace.use { work in
                let outcome = try await work.build("FROM base\nUSER 4294967295\nRUN id\n")
                #expect(outcome.status == 1)
                #expect(outcome.errors.contains("in range 0-2147483647"), "\(outcome.errors)")
                #expect(!outcome.errors.contains("uid=0"))
            }
        }

        // MARK: Network and security

        @Test(arguments: Account.all)
        func networks(account: Account) async throws {
            try await Workspace.use(as: account) { work in
                let steps = """
                    FROM base AS t
                    RUN --network=default mkdir /out && ls /sys/class/net >/out/default
                    RUN --network=none ls /sys/class/net >/out/none
                    """
                let isolated = try await Self.out(work, steps, ["--network", "none"])
                #expect(isolated == ["default": "lo\n", "none": "lo\n"])
                let host = try await Self.out(
                    work, steps + "\nRUN --network=host ls /sys/class/net >/out/host", ["--network", "host"])
                #expect(host["none"] == "lo\n")
                #expect(host["host"] == host["default"])
                let refused = try await work.build("FROM base\nRUN --network=host true\n")
                #expect(refused.status == 2)
                #expect(refused.errors.contains("--allow network.host"), "\(refused.errors)")
                let allowed = try await work.build(
                    "FROM base\nRUN --network=host true\n", ["--allow", "network.host"])
                #expect(allowed.status == 0, "\(allowed.transcript)")
            }
        }

        @Test(arguments: Account.all)
        func insecureSteps(account: Account) async throws {
            try await Workspace.use(as: account) { work in
                let step = """
                    FROM base AS t
                    RUN grep -E '^(CapEff|Seccomp):' /proc/self/status >/sandboxed
                    RUN --security=insecure mkdir /out && mkdir /mnt && mount -t tmpfs none /mnt && umount /mnt \\
                        && hostname changed && hostname >/out/hostname \\
                        && grep -E '^(CapAmb|Seccomp):' /proc/self/status >/out/root
                    USER app
                    RUN --security=insecure grep -E '^Cap(Eff|Prm|Inh|Bnd|Amb)' /proc/self/status | cut -f2 | sort -u >/tmp/app
                    USER 0
                    RUN cp /tmp/app /sandboxed /out/
                    """
                let refused = try await work.build(step)
                #expect(refused.status == 2)
                #expect(refused.errors.contains("Dockerfile:3") && refused.errors.contains("--allow security.insecure"))
                let found = try await Self.out(work, step, ["--allow", "security.insecure"])
                #expect(found["sandboxed"] == "CapEff:\t00000000a80425fb\nSeccomp:\t2\n")
                #expect(found["hostname"] == "changed\n")
                // With one id there is the filter that asks who a process is.
                #expect(found["root"]?.hasSuffix("Seccomp:\t\(account.hasOneID ? 2 : 0)\n") == true)
                // All five sets are the same: an ordinary user keeps everything.
                #expect(found["app"]?.split(separator: "\n").count == 1, "\(found)")
                #expect(found["app"] != "0000000000000000\n")
            }
        }

        @Test func devicesAreRefused() async throws {
            try await Workspace.use { work in
                let outcome = try await work.build("FROM base\nRUN --device=vendor.com/class=name true\n")
                #expect(outcome.status == 2)
                #expect(
                    outcome.errors.contains("Dockerfile:2") && outcome.errors.contains("device"), "\(outcome.errors)")
            }
        }

        // MARK: Limits

        @Test(arguments: Account.all)
        func sizesAndLimits(account: Account) async throws {
            try await Workspace.use(as: account) { work in
                let found = try await Self.out(
                    work,
                    """
                    FROM base AS t
                    RUN mkdir /out && df -k /dev/shm | awk 'NR>1{print $2}' >/out/shm && ulimit -Sn >/out/files \\
                        && ulimit -Hn >>/out/files
                    """, ["--shm-size", "3m", "--ulimit", "nofile=100:200"])
                #expect(found == ["shm": "3072\n", "files": "100\n200\n"])
            }
        }

        /// Either the limit holds and the error says so, or a warning says that it does not and why.
        @Test(arguments: Account.all)
        func memoryLimit(account: Account) async throws {
            try await Workspace.use(as: account) { work in
                let dockerfile = "FROM base\nRUN dd if=/dev/zero of=/dev/null bs=64M count=1\n"
                let outcome = try await work.build(dockerfile, ["--memory", "16m"])
                if outcome.errors.contains("memory limits are not enforced") {
                    #expect(outcome.status == 0, "\(outcome.transcript)")
                } else {
                    #expect(outcome.status == 1, "\(outcome.transcript)")
                    #expect(outcome.errors.contains("ran out of the memory"), "\(outcome.errors)")
                    #expect(outcome.errors.contains("--memory"))
                }
                // The limit is no part of what a step is.
                let unlimited = try await work.build(dockerfile)
                #expect(unlimited.status == 0, "\(unlimited.transcript)")
                let again = try await work.build(dockerfile, ["--memory", "1g", "--cpu-shares", "512"])
                #expect(PlainProgress(again.errors).executed == [], "\(again.errors)")
            }
        }
    }
}
