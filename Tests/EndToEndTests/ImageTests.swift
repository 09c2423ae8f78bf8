import FoundationEssentials
import Glibc
import SystemPackage
import Testing

extension EndToEnd {
    /// Other tools accept what is built: skopeo, umoci, podman and a registry.
    @Suite struct ImageTests {
        static let dockerfile = """
            FROM base AS build
            WORKDIR /src
            COPY message .
            RUN mkdir /out && cat message >/out/message && echo "#!/bin/sh" >/out/hello \\
                && echo 'echo "$(cat /app/message) from $(id -u)"' >>/out/hello && chmod 755 /out/hello

            FROM base
            LABEL purpose="end to end"
            ENV GREETING=hello
            COPY --from=build /out /app
            WORKDIR /app
            USER app
            EXPOSE 8080
            ENTRYPOINT ["/app/hello"]
            """

        @Test(arguments: Account.all)
        func ociArchiveIsAccepted(account: Account) async throws {
            try await Workspace.use(as: account) { work in
                try work.write("message", "hello\n")
                let image = try await work.buildImage(ImageTests.dockerfile, ["--tag", "shop:1"])
                #expect(image.configuration.config.User == "app")
                #expect(image.configuration.config.Entrypoint == ["/app/hello"])
                #expect(image.configuration.config.Labels?["purpose"] == "end to end")
                #expect(image.configuration.config.Env?.contains("GREETING=hello") == true)
                #expect(image.configuration.config.ExposedPorts?.keys.sorted() == ["8080/tcp"])

                let inspected = try await work.tool("skopeo", "inspect", "oci-archive:\(work.root)/image.tar")
                #expect(inspected.text.contains(image.manifestDigest))
                let unpacked = try await work.unpack(image)
                #expect(try File.text(unpacked.appending("app/message")) == "hello\n")
            }
        }

        /// Through a registry and back, the manifest is the same to the byte.
        @Test func registryKeepsTheDigest() async throws {
            try await Workspace.use { work in
                try work.write("message", "hello\n")
                let image = try await work.buildImage(ImageTests.dockerfile, ["--tag", "shop:1"])
                try await LocalRegistry.use(in: work) { registry in
                    let name = "docker://\(registry)/shop:1"
                    _ = try await work.tool(
                        "skopeo", "copy", "--preserve-digests", "--dest-tls-verify=false",
                        "oci-archive:\(work.root)/image.tar", name)
                    let digest = try await work.tool(
                        "skopeo", "inspect", "--tls-verify=false", "--format", "{{.Digest}}", name)
                    #expect(digest.text == image.manifestDigest + "\n")
                    _ = try await work.tool(
                        "skopeo", "copy", "--preserve-digests", "--src-tls-verify=false", name,
                        "oci:\(work.root)/back:1")
                    let back = try Image.decode(Image.Index.self, work.root.appending("back/index.json"))
                    #expect(back.manifests.map(\.digest) == [image.manifestDigest])
                }
            }
        }

        @Test func dockerArchiveRunsInPodman() async throws {
            try await Workspace.use(as: .current) { work in
                try work.write("message", "hello\n")
                let built = try await work.build(
                    ImageTests.dockerfile,
                    ["--tag", "shop:1", "--output", "type=docker,dest=\(work.root)/docker.tar"])
                try #require(built.status == 0, "\(built.transcript)")
                let loaded = try await work.podman("load", "--input", "\(work.root)/docker.tar")
                #expect(loaded.text.contains("shop:1"))
                // Limits of our own: podman's are higher than what a container without CAP_SYS_RESOURCE may set.
                let ran = try await work.podman(
                    "run", "--rm", "--network", "host", "--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024",
                    "docker.io/library/shop:1")
                #expect(ran.text == "hello from 1000\n")
            }
        }

        @Test(arguments: Account.all)
        func fileSystemOutputs(account: Account) async throws {
            try await Workspace.use(as: account) { work in
                try work.write("message", "hello\n")
                let dockerfile = """
                    FROM base AS build
                    COPY message /out/dir/message
                    RUN ln -s dir/message /out/link && chmod 640 /out/dir/message
                    FROM scratch
                    COPY --from=build /out /
                    """
                let local = try await work.build(dockerfile, ["--output", "type=local,dest=\(work.root)/local"])
                try #require(local.status == 0, "\(local.transcript)")
                #expect(try File.text(work.root.appending("local/dir/message")) == "hello\n")
                #expect(try File.status(work.root.appending("local/dir/message")).st_mode & 0o7777 == 0o640)
                #expect(try File.status(work.root.appending("local/link")).st_mode & S_IFMT == S_IFLNK)

                // To standard output, and nothing else is in there.
                let tar = try await work.build(dockerfile, ["--output", "type=tar,dest=-"])
                try #require(tar.status == 0, "\(tar.errors)")
                try tar.output.write(to: URL(filePath: work.root.appending("out.tar").string))
                let listing = try await work.tool("tar", "-tf", "\(work.root)/out.tar")
                let names = listing.text.split(separator: "\n").map { $0.hasSuffix("/") ? $0.dropLast() : $0 }
                #expect(Set(names) == ["dir", "dir/message", "link"])

                let short = try await work.build(dockerfile, ["-o", "\(work.root)/short"])
                #expect(short.status == 0, "\(short.transcript)")
                #expect(File.names(work.root.appending("short")) == ["dir", "link"])
            }
        }

        /// A layer whose late times became the epoch does not stand for one that was to keep them, nor the other way round.
        @Test func timesAreKeptOnlyWhereAsked() async throws {
            try await Workspace.use { work in
                try work.write("message", "hello\n")
                _ = try await work.tool("touch", "-d", "@1600000000", "context/message")
                for (options, year) in [("", "1970"), (",rewrite-timestamp=false", "2020"), ("", "1970")] {
                    let built = try await work.build(
                        "FROM scratch\nCOPY message /\n", ["--output", "type=tar,dest=out.tar\(options)"],
                        environment: ["SOURCE_DATE_EPOCH": "1000"])
                    try #require(built.status == 0, "\(built.transcript)")
                    let listing = try await work.tool("tar", "-tvf", "out.tar")
                    #expect(listing.text.contains(" \(year)-"), "\(listing.text)")
                }
            }
        }

        /// An archive that is there already is not written again; one that was touched, however carefully, is.
        @Test(arguments: ["oci", "docker", "tar"]) func archivesThatAreThereStay(type: String) async throws {
            try await Workspace.use { work in
                // Large enough to be written in more than one tick of the clock: what is written within one is not relied on.
                _ = try await work.tool("sh", "-c", "head -c 8000000 /dev/urandom >context/message")
                let archive = work.root.appending("out.tar")
                func build(_ flags: [String] = []) async throws -> (inode: UInt64, bytes: String) {
                    let built = try await work.build(
                        "FROM scratch\nCOPY message /\n", ["--output", "type=\(type),dest=\(archive)"] + flags)
                    try #require(built.status == 0, "\(built.transcript)")
                    let digest = try await work.tool("sha256sum", archive.string)
                    return (UInt64(try File.status(archive).st_ino), digest.text)
                }
                // A machine that is busy with other things may still have been too quick, so one of several builds has to.
                var first = try await build()
                var stays = false
                for _ in 0..<5 where !stays {
                    let next = try await build()
                    #expect(next.bytes == first.bytes)
                    stays = next == first
                    first = next
                }
                #expect(stays)
                // The same size, time and inode, and another byte.
                _ = try await work.tool(
                    "sh", "-c",
                    "touch -r out.tar was && printf x | dd of=out.tar bs=1 seek=600 conv=notrunc && touch -r was out.tar"
                )
                let second = try await build()
                #expect(second.bytes == first.bytes && second.inode != first.inode)
                _ = try await work.tool("rm", "out.tar")
                #expect(try await build().bytes == first.bytes)
                let other = try await build(["--tag", "other", "--no-cache"])
                #expect((other.bytes == first.bytes) == (type == "tar"))
            }
        }

        /// What no step looks at stays as it came.
        @Test func layersThatNobodyNeedsAreNotUnpacked() async throws {
            try await Workspace.use { work in
                try work.write("message", "hello\n")
                let built = try await work.build(
                    "FROM base\nENV A=b\nCOPY --link message /\nCMD [\"true\"]\n",
                    ["--output", "type=oci,dest=out.tar"])
                try #require(built.status == 0, "\(built.transcript)")
                #expect(File.names(work.store.appending("layers")) == [])
                let more = try await work.build("FROM base\nCOPY message /a/\n")
                try #require(more.status == 0, "\(more.transcript)")
                #expect(File.names(work.store.appending("layers")) != [])
            }
        }

        /// --iidfile, --metadata-file and --quiet agree about which image it is.
        @Test func receipts() async throws {
            try await Workspace.use { work in
                try work.write("message", "hello\n")
                let flags = ["--iidfile", "\(work.root)/id", "--metadata-file", "\(work.root)/meta.json", "-t", "shop"]
                let image = try await work.buildImage(ImageTests.dockerfile, flags)
                #expect(try File.text(work.root.appending("id")) == image.manifest.config.digest)
                struct Metadata: Decodable {
                    var digest: String
                    enum CodingKeys: String, CodingKey { case digest = "containerimage.digest" }
                }
                let metadata = try Image.decode(Metadata.self, work.root.appending("meta.json"))
                #expect(metadata.digest == image.manifestDigest)

                let quiet = try await work.slipway(work.buildArguments(["-t", "shop"], progress: ["--quiet"]))
                #expect(quiet.status == 0)
                #expect(quiet.text == image.manifest.config.digest + "\n")
                #expect(quiet.errors.isEmpty)
            }
        }
    }
}

extension Workspace {
    /// podman with a store of its own, and with runc, which takes any kind of cgroups.
    func podman(_ arguments: String...) async throws -> Command.Outcome {
        let own = [
            "--root", "\(root)/podman/root", "--runroot", "\(root)/podman/run", "--tmpdir", "\(root)/podman/tmp",
            "--storage-driver", "vfs", "--cgroup-manager", "cgroupfs", "--events-backend", "none",
            "--runtime", "runc",
        ]
        let outcome = try await Command(
            program: "podman", arguments: own + arguments, directory: root, account: account
        ).run()
        try #require(outcome.status == 0, "podman \(arguments.joined(separator: " "))\n\(outcome.transcript)")
        return outcome
    }
}
