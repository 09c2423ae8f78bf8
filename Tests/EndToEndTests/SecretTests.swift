import FoundationEssentials
import Glibc
import SystemPackage
import Testing

extension EndToEnd {
    /// A secret is seen by the step that asks for it, and is nowhere else, while the step runs or afterwards.
    @Suite struct SecretTests {
        private static let dockerfile = """
            FROM base AS first
            RUN --mount=type=secret,id=file --mount=type=secret,id=env,env=TOKEN --mount=type=ssh \\
                test "$(wc -c </run/secrets/file)" = 64 && test ${#TOKEN} = 64 && test -S "$SSH_AUTH_SOCK" \\
                && cat /run/secrets/file >/dev/null && echo used >/used
            FROM base
            COPY --from=first /used /used
            RUN --mount=type=secret,id=file,target=/root/.netrc,mode=0400 --mount=type=secret,id=env \\
                test "$(cat /run/secrets/env | wc -c)" = 64 && echo fine >/fine && ls -l /root
            """

        /// Sixty-four letters that stand nowhere else.
        private static func mark() -> String {
            (0..<4).map { _ in
                let text = String(UInt64.random(in: .min ... .max), radix: 16)
                return String(repeating: "0", count: 16 - text.utf8.count) + text
            }.joined()
        }

        private struct Marks {
            var work: Workspace
            var file: FilePath
            var environment: [String: String]
            var flags: [String]
        }

        /// Makes the secrets outside of the directories that are looked through.
        private static func marks(_ work: Workspace) async throws -> Marks {
            let hidden = work.root.appending("hidden")
            try File.directory(hidden)
            let (file, token) = (mark(), mark())
            try File.write(file, to: hidden.appending("secret"), mode: 0o644)
            _ = try await Command(
                program: "ssh-keygen",
                arguments: ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", hidden.appending("key").string]
            ).run()
            let key = try File.text(hidden.appending("key"))
            // The lines of the key that are not the same in all keys.
            let lines = key.split(separator: "\n").dropFirst(2).dropLast().map(String.init)
            try File.write(([file, token] + lines).joined(separator: "\n"), to: hidden.appending("marks"))
            if let (user, group) = try work.account.owner() {
                for name in ["", "secret", "key"] { chown(hidden.appending(name).string, user, group) }
            }
            return Marks(
                work: work, file: hidden.appending("marks"), environment: ["MARKED": token],
                flags: [
                    "--secret", "id=file,src=\(hidden)/secret", "--secret", "id=env,env=MARKED",
                    "--ssh", "default=\(hidden)/key",
                ])
        }

        /// The files of the workspace, and of the directories for temporary files, that hold a secret.
        private static func finds(_ marks: Marks) async throws -> String {
            let script = Repository.top.appending("Tests/EndToEndTests/Support/hostile/find-bytes.py").string
            let names = File.names(marks.work.root).filter { $0 != "hidden" && $0 != "base" }
            let outcome = try await Command(
                program: "python3",
                arguments: [script, marks.file.string] + names.map { marks.work.root.appending($0).string } + [
                    "/dev/shm"
                ]
            ).run()
            try #require(outcome.status == 0, "\(outcome.transcript)")
            return outcome.text
        }

        @Test(arguments: Account.all)
        func nowhereAfterBuilds(account: Account) async throws {
            try await Workspace.use(as: account) { work in
                let marks = try await Self.marks(work)
                let out = work.root.appending("out")
                try File.directory(out)
                if let (user, group) = try account.owner() { chown(out.string, user, group) }
                var transcripts: [String] = []
                func build(_ dockerfile: String, _ flags: [String], fails: Bool = false) async throws {
                    let outcome = try await work.build(
                        dockerfile, marks.flags + flags, environment: marks.environment)
                    #expect((outcome.status == 0) != fails, "\(outcome.transcript)")
                    transcripts.append(outcome.transcript)
                }
                try await build(
                    Self.dockerfile,
                    [
                        "-t", "app:1", "--metadata-file", "\(out)/metadata", "--provenance", "mode=max", "--explain",
                        "--cache-to", "type=local,dest=\(out)/cache,mode=max", "--cache-to", "type=inline",
                    ])
                try await build(Self.dockerfile, ["--output", "type=oci,dest=\(out)/oci.tar,compression=zstd"])
                try await build(Self.dockerfile, ["--output", "type=docker,dest=\(out)/docker.tar"])
                try await build(Self.dockerfile, ["--output", "type=tar,dest=\(out)/tar", "--no-cache"])
                // The last one on the command line counts.
                try await build(Self.dockerfile, ["--progress", "rawjson", "--no-cache", "-t", "app:2"])
                let failing = Self.dockerfile.replacing("echo fine >/fine", with: "exit 3")
                try await build(failing, [], fails: true)
                try await build(failing, ["--progress", "rawjson", "--no-cache"], fails: true)
                try await build(
                    Self.dockerfile.replacing("id=env \\", with: "id=absent,required=true \\"), [], fails: true)
                for command in [["history", "app:1"], ["inspect", "app:1"], ["explain"], ["du", "--verbose"]] {
                    transcripts.append(try await work.slipway(command).transcript)
                }
                try File.write(transcripts.joined(), to: out.appending("transcripts"))
                #expect(try await Self.finds(marks) == "")
            }
        }

        /// What finds nothing proves nothing, unless it finds what is there.
        @Test func whatIsThereIsFound() async throws {
            try await Workspace.use { work in
                let marks = try await Self.marks(work)
                let leak = """
                    FROM base
                    RUN --mount=type=secret,id=file cp /run/secrets/file /leak
                    """
                let outcome = try await work.build(leak, marks.flags + ["-t", "leak"], environment: marks.environment)
                #expect(outcome.status == 0, "\(outcome.transcript)")
                #expect(try await Self.finds(marks).contains("/store/"))
                try File.directory(work.root.appending("out"))
                let encoded = Data(("x" + (try File.text(work.root.appending("hidden/secret")))).utf8)
                    .base64EncodedString()
                try File.write("..\(encoded)..", to: work.root.appending("out/encoded"))
                #expect(try await Self.finds(marks).contains("/out/encoded"))
            }
        }

        /// While a step has its secrets they are in memory: in no file of the store, and in no core dump, because there is
        /// none of the process that holds them.
        @Test(arguments: Account.all)
        func nowhereDuringAStep(account: Account) async throws {
            try await Workspace.use(as: account) { work in
                let marks = try await Self.marks(work)
                let dockerfile = """
                    FROM base
                    RUN --mount=type=secret,id=file --mount=type=secret,id=env,env=TOKEN \\
                        cat /run/secrets/file >/dev/null && echo it-is-there && sleep 100000
                    """
                let outcome = try await work.build(dockerfile, marks.flags, environment: marks.environment) { process in
                    try await process.waitForError("it-is-there\n")
                    #expect(try await Self.finds(marks) == "")
                    let limits = try File.text(FilePath("/proc/\(process.identifier)/limits"))
                    let line = limits.split(separator: "\n").first { $0.hasPrefix("Max core file size") } ?? ""
                    let soft = line.split(separator: " ").dropFirst(4).first
                    #expect(soft == "1" || soft == "0", "\(line)")
                    process.send(SIGKILL)
                }
                #expect(outcome.status == 128 + Int(SIGKILL), "\(outcome.transcript)")
                let cores = File.names(work.root).filter { $0.hasPrefix("core") }
                #expect(cores.isEmpty)
                #expect(try await Self.finds(marks) == "")
            }
        }
    }
}
