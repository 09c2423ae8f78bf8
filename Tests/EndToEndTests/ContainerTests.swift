import FoundationEssentials
import Glibc
import SystemPackage
import Testing

extension EndToEnd {
    /// Slipway in containers that Debian's dockerd starts: as they are by default, and with less.
    @Suite(.enabled(if: Account.isRoot && access("/usr/sbin/dockerd", X_OK) == 0)) struct ContainerTests {
        /// A kind of container.
        struct Kind: Sendable {
            var name: String
            var flags: [String]
            /// Whether steps can be run in it.
            var runs: Bool
        }

        static let dropped = [
            "--cap-drop", "ALL", "--cap-add", "CHOWN", "--cap-add", "FOWNER", "--cap-add", "DAC_OVERRIDE",
        ]

        static let kinds = [
            Kind(name: "default", flags: [], runs: true),
            Kind(name: "no new privileges", flags: ["--security-opt", "no-new-privileges"], runs: true),
            Kind(
                name: "three capabilities", flags: dropped + ["--security-opt", "no-new-privileges"], runs: false),
            Kind(name: "no capabilities", flags: ["--cap-drop", "ALL"], runs: false),
            Kind(name: "a user", flags: ["--user", "1000:1000"], runs: false),
            Kind(
                name: "a pod",
                flags: [
                    "--user", "123456:0", "--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges",
                ], runs: false),
            Kind(
                name: "root with namespaces", flags: ["--security-opt", "seccomp=unconfined"], runs: true),
            Kind(
                name: "a user with namespaces", flags: ["--user", "1000:1000", "--security-opt", "seccomp=unconfined"],
                runs: true),
        ]

        private static let withoutRun = """
            FROM base AS made
            COPY --chown=1000:1001 data /data
            COPY --chmod=4755 data/file /setuid
            FROM base
            COPY --from=made --chown=33:34 /data /data
            COPY --from=made /setuid /setuid
            ADD --chown=5:6 archive.tar /added
            WORKDIR /work/deep
            USER app
            """

        /// What a step has no overlay for: mounts of all kinds, what is left running, what was there before.
        private static let withMounts = """
            FROM base AS other
            RUN mkdir /files && echo bound >/files/one
            FROM base
            RUN --mount=type=cache,target=/cache echo kept >>/cache/file && cat /cache/file >/cached
            RUN --mount=type=cache,target=/cache wc -l </cache/file >/count
            RUN --mount=type=bind,from=other,source=/files,target=/bound cat /bound/one >/copied
            RUN --mount=type=tmpfs,target=/scratch touch /scratch/x && ls /scratch >/listed
            RUN --mount=type=secret,id=word,env=WORD test "$WORD" = s3cret
            RUN <<TEXT
            echo from a here document >/here
            (sleep 1000 &)
            TEXT
            """

        @Test func everyKindOfContainerMakesTheSameImage() async throws {
            try await Workspace.use(as: .current) { work in
                try RootlessTests.prepare(work)
                _ = try await work.tool("tar", "-C", work.context.string, "-cf", "\(work.context)/archive.tar", "data")
                _ = try await work.tool("chmod", "-R", "a+rX", work.root.string)
                let recipes = [
                    ("plain", Self.withoutRun, false), ("owners", RootlessTests.owners, true),
                    ("mounts", Self.withMounts, true),
                ]
                var expected: [String: String] = [:]
                for (name, recipe, _) in recipes {
                    try work.write("\(name).Dockerfile", recipe)
                    let outcome = try await work.slipway(
                        Self.arguments(name, work, store: work.store), environment: ["WORD": "s3cret"])
                    try #require(outcome.status == 0, "\(name): \(outcome.transcript)")
                    expected[name] = Self.digest(outcome)
                }
                let digests = expected
                try await DockerDaemon.use(in: work) { docker in
                    for kind in Self.kinds {
                        for (name, _, needsRun) in recipes {
                            let store = try Self.store(for: "\(kind.name)-\(name)", work)
                            let outcome = try await docker.run(
                                kind.flags + [
                                    "--env", "HOME=/tmp", "--env", "SOURCE_DATE_EPOCH=1700000000", "--env",
                                    "WORD=s3cret",
                                ],
                                in: work, writable: store, ["/slipway"] + Self.arguments(name, work, store: store))
                            guard kind.runs || !needsRun else {
                                #expect(outcome.status == 1, "\(kind.name) \(name): \(outcome.transcript)")
                                #expect(outcome.errors.contains("no RUN can be executed"), "\(outcome.errors)")
                                #expect(outcome.errors.contains("help: "), "\(outcome.errors)")
                                continue
                            }
                            #expect(outcome.status == 0, "\(kind.name) \(name): \(outcome.transcript)")
                            #expect(Self.digest(outcome) == digests[name], "\(kind.name) \(name)")
                        }
                    }
                }
            }
        }

        private static func arguments(_ name: String, _ work: Workspace, store: FilePath) -> [String] {
            [
                "build", "--root", store.string, "--no-cache", "--quiet", "--build-context",
                "base=oci-layout://\(work.base)",
                "--build-arg", "SOURCE_DATE_EPOCH=1700000000", "--secret", "id=word,env=WORD",
                "-f", "\(work.context)/\(name).Dockerfile", "-t", "image:1", work.context.string,
            ]
        }

        private static func digest(_ outcome: Command.Outcome) -> String {
            String(outcome.text.prefix { !$0.isNewline })
        }

        /// A directory that every user may make a store in.
        private static func store(for name: String, _ work: Workspace) throws -> FilePath {
            let path = work.root.appending("store-" + name.map { $0 == " " ? "-" : String($0) }.joined())
            try File.directory(path)
            guard chmod(path.string, 0o777) == 0 else { throw Errno(rawValue: errno) }
            return path
        }
    }
}
