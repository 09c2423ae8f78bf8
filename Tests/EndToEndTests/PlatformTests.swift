import FoundationEssentials
import SystemPackage
import Testing

extension EndToEnd {
    /// Images for several platforms, and programs of other machines.
    @Suite struct PlatformTests {
        /// A program for arm64 without any library, 186 bytes: it writes `arm64` into the file /out.
        private static let arm64Program =
            Data(
                base64Encoded: """
                    f0VMRgIBAQAAAAAAAAAAAAIAtwABAAAAeABAAAAAAABAAAAAAAAAAAAAAAAAAAAAAAAAAEAAOAABAAAAAAAAAAEAAAAFAAAAAAAAAAAA\
                    AAAAAEAAAAAAAAAAQAAAAAAAugAAAAAAAAC6AAAAAAAAAAAAAQAAAAAAYAyAkoEBABAiCIDSgzSA0ggHgNIBAADUIQEAEMIAgNIICIDS\
                    AQAA1AAAgNKoC4DSAQAA1C9vdXQAAAAAYXJtNjQK
                    """) ?? Data()

        private static func programs(_ work: Workspace) throws {
            // For amd64 the header is enough: these tests look at it and do not run it.
            var amd64 = arm64Program
            amd64[18] = 62
            for (name, bytes) in [("arm64", arm64Program), ("amd64", amd64)] {
                let path = work.context.appending("program-\(name)")
                try bytes.write(to: URL(filePath: path.string))
            }
        }

        private static let crossBuild = """
            FROM --platform=$BUILDPLATFORM base AS build
            ARG BUILDPLATFORM TARGETPLATFORM TARGETARCH TARGETOS
            COPY program-* /
            RUN cp /program-$TARGETARCH /program && echo "$BUILDPLATFORM $TARGETPLATFORM" >/platforms
            FROM scratch
            COPY --from=build /program /platforms /
            """

        @Test func crossBuildMakesAnIndex() async throws {
            try await Workspace.use { work in
                try Self.programs(work)
                let archive = work.root.appending("both.tar")
                let built = try await work.build(
                    Self.crossBuild,
                    [
                        "--platform", "linux/amd64,linux/arm64", "-t", "both:1", "-o", "type=image", "-o",
                        "type=oci,dest=\(archive)",
                    ])
                try #require(built.status == 0, "\(built.transcript)")
                for (architecture, machine) in [("amd64", "X86-64"), ("arm64", "AArch64")] {
                    let layout = "\(work.root)/\(architecture)"
                    _ = try await work.tool(
                        "skopeo", "--override-arch", architecture, "copy", "oci-archive:\(archive)", "oci:\(layout):x")
                    let inspected = try await work.tool(
                        "skopeo", "--override-arch", architecture, "inspect", "--format", "{{.Architecture}}",
                        "oci:\(layout):x")
                    #expect(inspected.text.contains(architecture))
                    _ = try await work.tool(
                        "umoci", "unpack", "--rootless", "--image", "\(layout):x", "\(layout)-bundle")
                    let header = try await work.tool("readelf", "-h", "\(layout)-bundle/rootfs/program")
                    #expect(header.text.contains(machine), "\(header.text)")
                    #expect(
                        try File.text(FilePath("\(layout)-bundle/rootfs/platforms"))
                            == "linux/\(Base.architecture) linux/\(architecture)\n")
                    let own = try await work.slipway(["inspect", "--platform", "linux/\(architecture)", "both:1"])
                    let facts = work.root.appending("facts")
                    try File.write(own.text, to: facts)
                    let text = try await work.tool(
                        "jq", "-c", "[.[0].Architecture, [.[0].Manifests[]|.ImageData.Platform.architecture]]",
                        facts.string)
                    #expect(text.text == "[\"\(architecture)\",[\"amd64\",\"arm64\"]]\n", "\(own.transcript)")
                    let history = try await work.slipway(["history", "--platform", "linux/\(architecture)", "both:1"])
                    #expect(history.status == 0 && history.text.contains("COPY"), "\(history.transcript)")
                    let file = "\(work.root)/\(architecture).tar"
                    let saved = try await work.slipway(["save", "--platform", architecture, "-o", file, "both:1"])
                    #expect(saved.status == 0, "\(saved.transcript)")
                    let loaded = try await work.tool("skopeo", "inspect", "--raw", "--config", "docker-archive:\(file)")
                    #expect(loaded.text.contains("\"\(architecture)\""), "\(loaded.text)")
                }
                for command in [["inspect"], ["history"], ["run"], ["save", "-o", "\(work.root)/no.tar"]] {
                    let absent = try await work.slipway(
                        command + ["--platform", "linux/s390x", "both:1"] + (command == ["run"] ? ["/program"] : []))
                    #expect(absent.status != 0)
                    #expect(absent.errors.contains("not available for linux/s390x"), "\(absent.transcript)")
                }
            }
        }

        /// Whether programs for arm64 run here: with binfmt_misc and qemu, or by themselves.
        private static var runsARM64: Bool {
            if Base.architecture == "arm64" { return true }
            let directory = "/proc/sys/fs/binfmt_misc"
            let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
            return names.contains { name in
                guard name.contains("aarch64"), let text = try? File.text(FilePath("\(directory)/\(name)")) else {
                    return false
                }
                let flags = text.split(separator: "\n").first { $0.hasPrefix("flags:") }
                return text.hasPrefix("enabled") && flags?.contains("F") == true
            }
        }

        /// Where there is an emulator the step runs; else the error says what is missing.
        @Test(arguments: Account.all)
        func programsOfAnotherMachine(account: Account) async throws {
            try await Workspace.use(as: account) { work in
                try Self.programs(work)
                let built = try await work.build(
                    "FROM scratch\nCOPY --chmod=755 program-arm64 /program\nRUN [\"/program\"]\n",
                    ["--platform", "linux/arm64", "-t", "arm:1", "-o", "type=image", "-o", "\(work.root)/out"])
                if Self.runsARM64 {
                    try #require(built.status == 0, "\(built.transcript)")
                    #expect(try File.text(work.root.appending("out/out")) == "arm64\n")
                    let ran = try await work.slipway(["run", "--rm", "arm:1", "/program"])
                    #expect(ran.status == 0, "\(ran.transcript)")
                } else {
                    #expect(built.status == 1)
                    for text in ["it is a program for arm64", "Dockerfile:3", "qemu-user-static", "tonistiigi/binfmt"] {
                        #expect(built.errors.contains(text), "\(built.errors)")
                    }
                }
            }
        }

        @Test func programsThatNothingRuns() async throws {
            try await Workspace.use { work in
                var program = Self.arm64Program
                (program[18], program[19]) = (0x99, 0x99)
                try program.write(to: URL(filePath: work.context.appending("program").string))
                let dockerfile = "FROM base\nCOPY --chmod=755 program /bin/program\n"
                let built = try await work.build(dockerfile + "RUN [\"program\"]\n")
                #expect(built.status == 1)
                #expect(built.errors.contains("a machine that is not known here"), "\(built.errors)")
                #expect(built.errors.contains("Dockerfile:3"), "\(built.errors)")
                let image = try await work.build(dockerfile, ["-t", "strange:1"])
                try #require(image.status == 0, "\(image.transcript)")
                let ran = try await work.slipway(["run", "--rm", "strange:1", "program"])
                #expect(ran.status == 126)
                #expect(ran.errors.contains("a machine that is not known here"), "\(ran.errors)")
            }
        }
    }
}
