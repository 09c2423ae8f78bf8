import FoundationEssentials
import LoopbackServer
import SystemPackage
import Testing

extension EndToEnd {
    /// Images on their way to registries and back, before Debian's registry and skopeo as judges.
    struct PushTests {
        private static let dockerfile = """
            FROM base
            COPY big /big
            RUN echo two >/two
            ENTRYPOINT ["/bin/sh"]

            """

        /// A workspace with a context whose layer does not compress.
        private static func withContext(
            megabytes: Int = 3, _ body: (Workspace) async throws -> Void
        ) async throws {
            try await Workspace.use { work in
                try writeNoise(to: work.context.appending("big"), megabytes: megabytes)
                try await body(work)
            }
        }

        private static func writeNoise(to path: FilePath, megabytes: Int) throws {
            var generator = SystemRandomNumberGenerator()
            var bytes: [UInt8] = []
            bytes.reserveCapacity(megabytes << 20)
            for _ in 0..<megabytes << 17 {
                withUnsafeBytes(of: generator.next()) { bytes.append(contentsOf: $0) }
            }
            try Data(bytes).write(to: URL(filePath: path.string))
        }

        /// What `slipway push --format json` says.
        struct Report: Decodable {
            var digest: String
            var uploaded: [String]
            var mounted: [String]
            var present: [String]
        }

        private static func push(
            _ work: Workspace, _ arguments: String..., environment: [String: String] = [:]
        ) async throws -> Report {
            let outcome = try await work.slipway(
                ["push", "--format", "json"] + arguments, environment: environment)
            try #require(outcome.status == 0, "\(outcome.transcript)")
            return try JSONDecoder().decode(Report.self, from: outcome.output)
        }

        private static func digest(_ work: Workspace, _ name: String) async throws -> String {
            try await work.tool(
                "skopeo", "inspect", "--no-tags", "--tls-verify=false", "--format", "{{.Digest}}", "docker://\(name)"
            ).text.trimmed
        }

        @Test func aSecondPushSendsNothingAndAnotherRepositoryMounts() async throws {
            try await Self.withContext { work in
                try await LocalRegistry.use(in: work) { registry in
                    let name = "\(registry)/team/app:1"
                    let built = try await work.build(Self.dockerfile, ["--tag", name])
                    try #require(built.status == 0, "\(built.transcript)")
                    let first = try await Self.push(work, name)
                    #expect(first.uploaded.count == 4)
                    #expect(try await Self.digest(work, name) == first.digest)

                    let again = try await Self.push(work, name)
                    #expect(again.digest == first.digest)
                    #expect(again.uploaded + again.mounted + again.present == [])

                    let elsewhere = try await Self.push(work, name, "\(registry)/other/app:2")
                    #expect(elsewhere.digest == first.digest)
                    #expect(elsewhere.uploaded == [])
                    #expect(elsewhere.mounted.count == 4)
                    #expect(try await Self.digest(work, "\(registry)/other/app:2") == first.digest)

                    // A further tag is a manifest and nothing else; all tags go at once; a digest needs no tag.
                    _ = try await work.slipway(["tag", name, "\(registry)/team/app:2"])
                    let all = try await work.slipway(["push", "--all-tags", "\(registry)/team/app"])
                    #expect(all.text.split(separator: "\n").map { $0.prefix(10) } == ["1: digest:", "2: digest:"])
                    let byDigest = try await work.slipway(
                        ["push", name, "\(registry)/third/app@\(first.digest)"])
                    #expect(byDigest.status == 0, "\(byDigest.transcript)")
                    #expect(try await Self.digest(work, "\(registry)/third/app@\(first.digest)") == first.digest)
                    let tags = try await work.slipway(["tags", "\(registry)/team/app"])
                    #expect(tags.text.split(separator: "\n").sorted() == ["1", "2"])
                }
            }
        }

        /// What others push is pulled, what is pushed others pull, and the digests stay.
        @Test func othersPullItAndItPullsTheirs() async throws {
            try await Self.withContext { work in
                try await LocalRegistry.use(in: work) { registry in
                    let name = "\(registry)/app:1"
                    let pushed = try await work.build(
                        Self.dockerfile, ["--tag", name, "--push", "--metadata-file", "\(work.root)/meta.json"])
                    try #require(pushed.status == 0, "\(pushed.transcript)")
                    let digest = try await Self.digest(work, name)
                    #expect(try File.text(work.root.appending("meta.json")).contains(digest))

                    _ = try await work.podman("pull", "--tls-verify=false", name)
                    let buildah = [
                        "--root", "\(work.root)/buildah", "--runroot", "\(work.root)/buildah-run",
                        "--storage-driver", "vfs",
                    ]
                    for arguments in [
                        ["pull", "--tls-verify=false", name],
                        ["push", "--tls-verify=false", name, "docker://\(registry)/buildahs:3"],
                    ] {
                        let outcome = try await Command(program: "buildah", arguments: buildah + arguments).run()
                        try #require(outcome.status == 0, "\(outcome.transcript)")
                    }
                    let buildahs = try await work.slipway(["pull", "\(registry)/buildahs:3"])
                    let buildahsDigest = try await Self.digest(work, "\(registry)/buildahs:3")
                    #expect(buildahs.text.contains("Digest: \(buildahsDigest)\n"), "\(buildahs.transcript)")
                    let ran = try await work.podman(
                        "run", "--rm", "--network", "none", "--ulimit", "nofile=1024:1024", "--ulimit",
                        "nproc=1024:1024",
                        name, "-c", "cat /two; wc -c </big")
                    #expect(ran.text == "two\n\(3 << 20)\n")
                    _ = try await work.podman(
                        "push", "--tls-verify=false", "--format", "v2s2", name, "\(registry)/theirs:2")
                    let theirs = try await work.slipway(["pull", "-q", "\(registry)/theirs:2"])
                    #expect(theirs.text == "\(registry)/theirs:2\n", "\(theirs.transcript)")
                    let shown = try await work.slipway(["images", "--digests", "--no-trunc"])
                    #expect(shown.text.contains(try await Self.digest(work, "\(registry)/theirs:2")))
                    let run = try await work.slipway(["run", "--rm", "\(registry)/theirs:2", "-c", "cat /two"])
                    #expect(run.text == "two\n", "\(run.transcript)")

                    // From a store that never saw it, by digest, and on to a layout and an archive.
                    let pulled = try await work.slipway(
                        ["pull", "\(registry)/app@\(digest)"], store: work.root.appending("second"))
                    #expect(pulled.text.contains("Digest: \(digest)\n"), "\(pulled.transcript)")
                    let copied = try await work.slipway(["copy", name, "oci:\(work.root)/layout:1"])
                    #expect(copied.text == digest + "\n", "\(copied.transcript)")
                    let archived = try await work.slipway(
                        ["copy", "oci:\(work.root)/layout:1", "docker-archive:\(work.root)/app.tar:shop:7"])
                    #expect(archived.status == 0, "\(archived.transcript)")
                    let tags = try await work.tool(
                        "skopeo", "list-tags", "docker-archive:\(work.root)/app.tar")
                    #expect(tags.text.contains("shop:7"))
                }
            }
        }

        @Test func dockersMediaTypes() async throws {
            try await Self.withContext(megabytes: 1) { work in
                try await LocalRegistry.use(in: work) { registry in
                    let name = "\(registry)/app:1"
                    let pushed = try await work.build(
                        Self.dockerfile, ["-o", "type=registry,name=\(name),oci-mediatypes=false"])
                    try #require(pushed.status == 0, "\(pushed.transcript)")
                    let raw = try await work.tool(
                        "skopeo", "inspect", "--raw", "--tls-verify=false", "docker://\(name)")
                    #expect(!raw.text.contains("oci"), "\(raw.text)")
                    #expect(raw.text.contains("vnd.docker.image.rootfs.diff.tar.gzip"))
                    let zstd = try await work.build(
                        Self.dockerfile, ["-o", "type=registry,name=\(name),oci-mediatypes=false,compression=zstd"])
                    #expect(zstd.status == 1)
                    #expect(zstd.errors.contains("no media type of Docker's"), "\(zstd.errors)")
                }
            }
        }

        /// Of a base in the same registry no layer is fetched that no step needs; it is mounted.
        @Test func aBaseOfTheSameRegistryIsNeitherFetchedNorSent() async throws {
            try await Self.withContext { work in
                try await LocalRegistry.use(in: work) { registry in
                    let base = try await work.build(Self.dockerfile, ["--tag", "\(registry)/base:1", "--push"])
                    try #require(base.status == 0, "\(base.transcript)")
                    let port = try #require(Int(registry.split(separator: ":")[1]))
                    try await CuttingProxy.run(to: port, cutting: .up, after: []) { proxy in
                        let name = "127.0.0.1:\(proxy.port)/app:1"
                        let built = try await work.build(
                            "FROM 127.0.0.1:\(proxy.port)/base:1\nLABEL a=b\n",
                            ["--tag", name, "--push"],
                            store: work.root.appending("second"))
                        try #require(built.status == 0, "\(built.transcript)")
                        #expect(built.errors.contains("mounted"))
                        #expect(proxy.sent + proxy.received < 100_000)
                    }
                    let copied = try await work.tool(
                        "skopeo", "copy", "--src-tls-verify=false", "docker://\(registry)/app:1",
                        "oci:\(work.root)/copied:1")
                    #expect(copied.status == 0)
                }
            }
        }

        /// Connections that break in the middle of a blob cost what was on its way, not what had arrived; but this registry
        /// gives up an upload that broke in the middle of a request, and it begins anew.
        @Test func connectionsThatBreakInTheMiddleOfABlob() async throws {
            let megabytes = 24
            try await Self.withContext(megabytes: megabytes) { work in
                let built = try await work.build("FROM scratch\nCOPY big /\n", ["--tag", "app:1"])
                try #require(built.status == 0, "\(built.transcript)")
                try await LocalRegistry.use(in: work) { registry in
                    let port = try #require(Int(registry.split(separator: ":")[1]))
                    let total = megabytes << 20
                    try await CuttingProxy.run(to: port, cutting: .up, after: [total / 3, total / 3 * 2]) { proxy in
                        let report = try await Self.push(work, "app:1", "127.0.0.1:\(proxy.port)/app:1")
                        #expect(report.uploaded.count == 2)
                        #expect(proxy.cutCount == 2)
                        #expect(try await Self.digest(work, "\(registry)/app:1") == report.digest)
                    }
                    _ = try await work.tool(
                        "skopeo", "copy", "--src-tls-verify=false", "docker://\(registry)/app:1",
                        "oci:\(work.root)/copied:1")
                    try await CuttingProxy.run(to: port, cutting: .down, after: [total / 3, total / 3 * 2]) { proxy in
                        let pulled = try await work.slipway(
                            ["pull", "127.0.0.1:\(proxy.port)/app:1"], store: work.root.appending("second"))
                        #expect(pulled.status == 0, "\(pulled.transcript)")
                        #expect(proxy.cutCount == 2)
                        #expect(proxy.received < total + total / 2, "\(proxy.received) bytes for \(total)")
                    }
                }
            }
        }

        /// The token is worthless long before the push is over.
        @Test func tokensThatExpireOnTheWay() async throws {
            try await Self.withContext { work in
                let built = try await work.build(Self.dockerfile, ["--tag", "app:1"])
                try #require(built.status == 0, "\(built.transcript)")
                try await TokenServer.use(in: work, lifetimes: [1], announced: 300) { tokens in
                    try await LocalRegistry.use(in: work, access: .token(tokens)) { registry in
                        let login = try await work.slipway(
                            ["login", "--username", LocalRegistry.user, "--password-stdin", registry],
                            environment: ["DOCKER_CONFIG": "\(work.root)/docker"], input: LocalRegistry.password)
                        try #require(login.status == 0, "\(login.transcript)")
                        let report = try await Self.push(
                            work, "app:1", "\(registry)/team/app:1",
                            environment: ["DOCKER_CONFIG": "\(work.root)/docker"])
                        #expect(report.uploaded.count == 4)
                    }
                }
            }
        }

        /// A cache in a registry, of all stages; a builder of an empty store runs nothing.
        @Test(arguments: ["min", "max"])
        func cachesInRegistries(mode: String) async throws {
            let dockerfile = """
                FROM base AS build
                COPY big /big
                RUN wc -c </big >/size

                FROM base
                COPY --from=build /size /size

                """
            try await Self.withContext(megabytes: 1) { work in
                try await LocalRegistry.use(in: work) { registry in
                    let cache = "\(registry)/cache:main"
                    let first = try await work.build(
                        dockerfile, ["--cache-to", "type=registry,ref=\(cache),mode=\(mode)", "--tag", "x"])
                    try #require(first.status == 0, "\(first.transcript)")
                    let second = try await work.build(
                        dockerfile, ["--cache-from", "type=registry,ref=\(cache)", "--tag", "x"],
                        store: work.root.appending("second"))
                    try #require(second.status == 0, "\(second.transcript)")
                    #expect(PlainProgress(second.errors).executed == [], "\(second.errors)")
                    let raw = try await work.tool(
                        "skopeo", "inspect", "--raw", "--tls-verify=false", "docker://\(cache)")
                    #expect(raw.text.contains("application/vnd.buildkit.cacheconfig.v0"))
                }
            }
        }

        /// A list of packages beside the image: among its referrers, and where cosign looks for it.
        @Test func aBillIsAttached() async throws {
            try await Self.withContext(megabytes: 1) { work in
                try await LocalRegistry.use(in: work) { registry in
                    let name = "\(registry)/app:1"
                    let built = try await work.build(Self.dockerfile, ["--tag", name])
                    try #require(built.status == 0, "\(built.transcript)")
                    let early = try await work.slipway(["sbom", "--format", "spdx", "--attach", name, name])
                    #expect(early.status == 1)
                    #expect(early.errors.contains("push the image first"), "\(early.transcript)")
                    let digest = try await Self.push(work, name).digest
                    let attached = try await work.slipway(["sbom", "--format", "spdx", "--attach", name, name])
                    let tag = digest.replacing(":", with: "-") + ".sbom"
                    #expect(attached.text == "\(registry)/app:\(tag)\n", "\(attached.transcript)")
                    let raw = try await work.tool(
                        "skopeo", "inspect", "--raw", "--tls-verify=false", "docker://\(registry)/app:\(tag)")
                    #expect(raw.text.contains("text/spdx+json"))
                    let referrers = try await work.slipway(
                        ["referrers", "--artifact-type", "application/spdx+json", name])
                    #expect(referrers.text.contains("application/spdx+json"), "\(referrers.transcript)")
                }
            }
        }

        /// Everything that can be named wrong is said before anything is built or fetched.
        @Test(arguments: [
            (["push", "nowhere:1"], 1, "nowhere"), (["push", "--all-tags", "a:1"], 2, "--all-tags"),
            (["pull", "UPPER"], 2, "UPPER"), (["pull", "-a", "a:1"], 2, "--all-tags"),
            (["copy", "oci:", "store:x"], 2, "names no file"), (["copy", "oci:/nowhere", "store:x"], 1, "nowhere"),
            (["copy", "store:x", "store:y@sha256:\(String(repeating: "0", count: 64))"], 1, "digest"),
            (["build", "--push", "."], 2, "tag is needed"), (["pull", "127.0.0.1:1/app"], 1, "cannot reach"),
        ])
        func mistakes(arguments: [String], status: Int, text: String) async throws {
            try await Workspace.use { work in
                let outcome = try await work.slipway(arguments)
                #expect(outcome.status == status, "\(outcome.transcript)")
                #expect(outcome.errors.contains(text), "\(outcome.transcript)")
            }
        }
    }
}

extension String {
    fileprivate var trimmed: String { String(split(separator: "\n").first ?? "") }
}
