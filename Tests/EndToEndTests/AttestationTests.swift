import FoundationEssentials
import SystemPackage
import Testing

extension EndToEnd {
    /// Provenance and annotations, judged by jq, skopeo and umoci.
    @Suite struct AttestationTests {
        private static let dockerfile = """
            FROM base AS build
            ARG VERSION=1
            COPY message /in/
            RUN --mount=type=secret,id=token,required=false echo "$VERSION" >/out.txt
            FROM scratch
            COPY --from=build /out.txt /
            COPY message /
            """

        /// What jq makes of a document.
        private func jq(_ work: Workspace, _ filter: String, _ file: FilePath) async throws -> String {
            try await work.tool("jq", "-cS", filter, file.string).text.trimmingCharacters
        }

        /// Takes an OCI archive apart: the layout, the index of the image and its entries' digests.
        private func unpacked(_ work: Workspace, _ name: String) async throws -> (layout: FilePath, index: FilePath) {
            let layout = work.root.appending("\(name).layout")
            _ = try await work.tool("mkdir", layout.string)
            _ = try await work.tool("tar", "-xf", "\(work.root)/\(name).tar", "-C", layout.string)
            let digest = try await jq(work, ".manifests[0].digest", layout.appending("index.json"))
            return (layout, Image.blob(layout, digest.replacing("\"", with: "")))
        }

        private func blob(_ work: Workspace, _ layout: FilePath, _ filter: String, _ file: FilePath) async throws
            -> FilePath
        {
            Image.blob(layout, try await jq(work, filter, file).replacing("\"", with: ""))
        }

        @Test(arguments: Account.all)
        func provenanceIsAttached(account: Account) async throws {
            try await Workspace.use(as: account) { work in
                try work.write("message", "hello\n")
                try File.write("s3cr3t-of-the-test", to: work.root.appending("token"), mode: 0o644)
                let flags = [
                    "--build-arg", "VERSION=7-of-the-test", "--label", "l=1", "--secret",
                    "id=token,src=\(work.root)/token",
                ]
                let plain = try await work.buildImage(Self.dockerfile, flags)
                for mode in ["max", "min"] {
                    let built = try await work.build(
                        Self.dockerfile,
                        flags + [
                            "--provenance", "mode=\(mode),builder-id=https://ci.example/1", "-t", "shop.example/app:1",
                            "-o", "type=oci,dest=\(work.root)/\(mode).tar",
                        ])
                    try #require(built.status == 0, "\(built.transcript)")
                    let (layout, index) = try await unpacked(work, mode)
                    // The image is the one that is made without an attestation.
                    #expect(try await jq(work, ".manifests[0].digest", index) == "\"\(plain.manifestDigest)\"")
                    let entry = try await jq(work, ".manifests[1] | [.platform, .annotations]", index)
                    #expect(
                        entry == #"[{"architecture":"unknown","os":"unknown"},"#
                            + #"{"vnd.docker.reference.digest":"\#(plain.manifestDigest)","#
                            + #""vnd.docker.reference.type":"attestation-manifest"}]"#)
                    let manifest = try await blob(work, layout, ".manifests[1].digest", index)
                    #expect(
                        try await jq(
                            work, "[.config.mediaType, .layers[0].mediaType, .layers[0].annotations]", manifest)
                            == #"["application/vnd.oci.image.config.v1+json","application/vnd.in-toto+json","#
                            + #"{"in-toto.io/predicate-type":"https://slsa.dev/provenance/v1"}]"#)
                    let statement = try await blob(work, layout, ".layers[0].digest", manifest)
                    let subject = try await jq(work, ".subject", statement)
                    #expect(
                        subject
                            == #"[{"digest":{"sha256":"\#(plain.manifestDigest.dropFirst(7))"},"#
                            + #""name":"pkg:docker/shop.example/app@1?platform=linux%2F\#(Base.architecture)"}]"#)
                    let text = try File.text(statement)
                    #expect(text.contains("7-of-the-test") == (mode == "max"))
                    #expect(text.contains("\"token\"") == (mode == "max"))
                    #expect(!text.contains("s3cr3t-of-the-test"))
                    #expect(!text.contains(work.root.string), "a path of this machine: \(text)")
                    let definition = try await jq(
                        work,
                        ".predicate | [.runDetails.builder.id, .buildDefinition.externalParameters.configSource.path, "
                            + ".buildDefinition.externalParameters.request.frontend, "
                            + "(.buildDefinition.resolvedDependencies | length), "
                            + ".runDetails.metadata.buildkit_completeness.request, "
                            + "(.buildDefinition.internalParameters.buildConfig.llbDefinition | length), "
                            + "(.runDetails.metadata.startedOn <= .runDetails.metadata.finishedOn)]", statement)
                    let steps = mode == "max" ? 7 : 0
                    #expect(
                        definition
                            == #"["https://ci.example/1","Dockerfile","dockerfile.v0",1,\#(mode == "max"),\#(steps),true]"#
                    )
                    // Every step that is named is there, and the Dockerfile is the one that was built.
                    guard mode == "max" else { continue }
                    let inputs = try await jq(
                        work,
                        ".predicate.buildDefinition.internalParameters.buildConfig.llbDefinition | map(.id) as $ids | "
                            + "[.[].inputs // [] | .[] | split(\":\")[0] | IN($ids[])] | all", statement)
                    #expect(inputs == "true")
                    let source = try await work.tool(
                        "jq", "-rj", ".predicate.runDetails.metadata.buildkit_metadata.source.infos[0].data|@base64d",
                        statement.string)
                    #expect(source.text == Self.dockerfile)
                }
                let archive = "oci-archive:\(work.root)/max.tar"
                _ = try await work.tool("skopeo", "copy", archive, "oci:\(work.root)/one:x")
                _ = try await work.tool("skopeo", "copy", "--all", archive, "oci:\(work.root)/all:x")
                let copied = try await work.tool("skopeo", "inspect", "--raw", "oci:\(work.root)/one:x")
                #expect(copied.text.contains("vnd.oci.image.manifest"), "\(copied.text)")
                _ = try await work.tool(
                    "umoci", "unpack", "--rootless", "--image", "\(work.root)/one:x", "\(work.root)/bundle")
                #expect(try File.text(work.root.appending("bundle/rootfs/message")) == "hello\n")
            }
        }

        /// The commands for images see the image, not what is claimed about it.
        /// The packages of the image are told beside how it was built, in both forms; and in files beside exported files.
        @Test func packagesAreAttached() async throws {
            try await Workspace.use { work in
                let dockerfile = """
                    FROM base
                    RUN mkdir -p /usr/lib/python3/dist-packages/shop-1.2.dist-info
                    RUN printf 'Metadata-Version: 2.1\\nName: shop\\nVersion: 1.2\\n' \\
                        >/usr/lib/python3/dist-packages/shop-1.2.dist-info/METADATA
                    """
                let built = try await work.build(
                    dockerfile,
                    ["--sbom", "format=all", "--provenance", "mode=min", "-o", "type=oci,dest=\(work.root)/app.tar"])
                try #require(built.status == 0, "\(built.transcript)")
                let (layout, index) = try await unpacked(work, "app")
                let manifest = try await blob(work, layout, ".manifests[1].digest", index)
                let types = try await jq(
                    work, "[.layers[].annotations[\"in-toto.io/predicate-type\"]]", manifest)
                let expected = [
                    "https://spdx.dev/Document", "https://cyclonedx.org/bom", "https://slsa.dev/provenance/v1",
                ]
                #expect(types == "[" + expected.map { "\"\($0)\"" }.joined(separator: ",") + "]")
                let spdx = try await blob(work, layout, ".layers[0].digest", manifest)
                #expect(
                    try await jq(work, ".predicate.packages[] | select(.name == \"shop\").versionInfo", spdx)
                        == "\"1.2\"")
                let cycloneDX = try await blob(work, layout, ".layers[1].digest", manifest)
                #expect(
                    try await jq(work, ".predicate.components[] | select(.name == \"shop\").purl", cycloneDX)
                        == "\"pkg:pypi/shop@1.2\"")
                let files = try await work.build(
                    dockerfile, ["--sbom", "true", "-o", "type=local,dest=\(work.root)/files"])
                try #require(files.status == 0, "\(files.transcript)")
                let file = work.root.appending("files/sbom.spdx.json")
                #expect(try await jq(work, ".predicateType", file) == "\"https://spdx.dev/Document\"")
            }
        }

        @Test func storeKeepsBoth() async throws {
            try await Workspace.use { work in
                try work.write("message", "hello\n")
                let made = try await work.build(
                    "FROM base\nCOPY message /\nCMD [\"cat\", \"/message\"]\n",
                    ["--provenance=mode=min", "-t", "app:1", "--iidfile", "\(work.root)/id"])
                try #require(made.status == 0, "\(made.transcript)")
                let id = try File.text(work.root.appending("id"))
                #expect(try await work.slipway(["run", "--rm", "app:1"]).text == "hello\n")
                #expect(try await work.slipway(["run", "--rm", id]).text == "hello\n")
                for command in [["history", "app:1"], ["images"], ["doctor"]] {
                    let outcome = try await work.slipway(command)
                    #expect(outcome.status == 0, "\(outcome.transcript)")
                    #expect(!outcome.text.contains("unknown"), "\(outcome.text)")
                }
                let inspected = work.root.appending("inspected")
                try File.write(try await work.slipway(["inspect", "app:1"]).text, to: inspected)
                #expect(
                    try await jq(work, ".[0] | [.Os, .Architecture, [.Manifests[].Kind]]", inspected)
                        == #"["linux","\#(Base.architecture)",["image","attestation"]]"#)
                for format in ["docker-archive", "oci-archive"] {
                    let file = "\(work.root)/\(format).tar"
                    let saved = try await work.slipway(["save", "--format", format, "-o", file, "app:1"])
                    try #require(saved.status == 0, "\(saved.transcript)")
                    let other = work.root.appending("store-\(format)")
                    let loaded = try await work.slipway(["load", "-i", file], store: other)
                    #expect(loaded.status == 0, "\(loaded.transcript)")
                    #expect(try await work.slipway(["run", "--rm", "app:1"], store: other).text == "hello\n")
                }
                // Built on, and collected with everything else.
                let next = try await work.build("FROM app:1\nRUN cat /message >/second\n", ["-t", "next"])
                #expect(next.status == 0, "\(next.transcript)")
                let pruned = try await work.slipway(["prune", "--force"])
                #expect(pruned.status == 0, "\(pruned.transcript)")
                #expect(try await work.slipway(["run", "--rm", "app:1"]).text == "hello\n")
            }
        }

        @Test func filesComeWithTheirProvenance() async throws {
            try await Workspace.use { work in
                try work.write("message", "hello\n")
                for kind in ["local", "tar"] {
                    let place = work.root.appending(kind)
                    let built = try await work.build(
                        "FROM scratch\nCOPY message /a/\n",
                        ["--provenance=mode=min", "-o", "type=\(kind),dest=\(place)"])
                    try #require(built.status == 0, "\(built.transcript)")
                    let script =
                        kind == "local" ? "cat '\(place)/provenance.json'" : "tar -xOf '\(place)' provenance.json"
                    let statement = work.root.appending("\(kind).json")
                    try File.write(try await work.tool("sh", "-c", script).text, to: statement)
                    #expect(
                        try await jq(work, "[.predicateType, .subject]", statement)
                            == #"["https://slsa.dev/provenance/v1",[{"digest":{"sha256":"#
                            + #""5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"},"#
                            + #""name":"a/message"}]]"#)
                }
                let clash = try await work.build(
                    "FROM scratch\nCOPY message /provenance.json\n",
                    ["--provenance=true", "-o", "type=local,dest=\(work.root)/clash"])
                #expect(clash.status == 1)
                #expect(clash.errors.contains("filename="), "\(clash.errors)")
                let archive = try await work.build(
                    "FROM base\n", ["--provenance=true", "-o", "type=docker,dest=\(work.root)/d.tar"])
                #expect(archive.status == 0)
                #expect(archive.errors.contains("AttestationNotExported"), "\(archive.errors)")
            }
        }

        @Test func repositoryOfTheContextIsTold() async throws {
            try await Workspace.use { work in
                try work.write("sub/message", "hello\n")
                try work.write("sub/Dockerfile", "FROM scratch\nCOPY message /\n")
                let git = """
                    set -e
                    cd "$1"; git init -q -b main .; git add .
                    git -c user.name=t -c user.email=t@example.com commit -qm one
                    git remote add origin https://user:pass-of-the-test@git.example/team/app.git
                    git rev-parse HEAD
                    """
                let commit = try await work.tool("sh", "-c", git, "sh", work.context.string).text.trimmingCharacters
                let built = try await work.slipway([
                    "build", "--provenance=mode=max,version=v0.2", "-o", "type=local,dest=\(work.root)/out",
                    "\(work.context)/sub",
                ])
                try #require(built.status == 0, "\(built.transcript)")
                let file = work.root.appending("out/provenance.json")
                #expect(
                    try await jq(
                        work,
                        "[.predicateType, .predicate.buildType, "
                            + ".predicate.metadata[\"https://mobyproject.org/buildkit@v1#metadata\"].vcs]", file)
                        == #"["https://slsa.dev/provenance/v0.2","https://mobyproject.org/buildkit@v1","#
                        + #"{"localdir:context":"sub","localdir:dockerfile":"sub","revision":"\#(commit)","#
                        + #""source":"https://git.example/team/app.git"}]"#)
                #expect(!(try File.text(file)).contains("pass-of-the-test"))
                let strict = try await work.slipway([
                    "build", "--provenance=complete-materials=true", "-o", "type=cacheonly", "\(work.context)/sub",
                ])
                #expect(strict.status == 2)
                #expect(strict.errors.contains("materials are incomplete: context"), "\(strict.errors)")
            }
        }

        @Test func annotationsAreWhereTheyBelong() async throws {
            try await Workspace.use { work in
                try work.write("message", "hello\n")
                let dockerfile = "FROM scratch\nCOPY message /\n"
                let built = try await work.build(
                    dockerfile,
                    [
                        "--platform", "linux/amd64,linux/arm64", "--annotation", "org.example.all=1", "--annotation",
                        "manifest[linux/arm64]:org.example.all=2", "--annotation",
                        "index,index-descriptor:org.example.I=3", "--annotation",
                        "manifest-descriptor[linux/amd64]:org.example.d=4", "-o",
                        "type=oci,dest=\(work.root)/notes.tar,annotation.org.example.Own=5",
                    ])
                try #require(built.status == 0, "\(built.transcript)")
                let (layout, index) = try await unpacked(work, "notes")
                #expect(
                    try await jq(work, ".manifests[0].annotations", layout.appending("index.json"))
                        == #"{"org.example.I":"3"}"#)
                #expect(
                    try await jq(work, "[.annotations, [.manifests[].annotations]]", index)
                        == #"[{"org.example.I":"3"},[{"org.example.d":"4"},null]]"#)
                for (number, value) in [(0, "1"), (1, "2")] {
                    let manifest = try await blob(work, layout, ".manifests[\(number)].digest", index)
                    #expect(
                        try await jq(work, ".annotations", manifest)
                            == #"{"org.example.Own":"5","org.example.all":"\#(value)"}"#)
                }
                for (flag, reason) in [
                    ("index:a=b", "index annotations not supported"), ("manifest[linux/s390x]:a=b", "linux/s390x"),
                ] {
                    let refused = try await work.build(
                        dockerfile, ["--annotation", flag, "-o", "type=oci,dest=\(work.root)/no.tar"])
                    #expect(refused.status == 2)
                    #expect(refused.errors.contains(reason), "\(refused.errors)")
                }
            }
        }
    }
}

extension String {
    /// Without blanks and line breaks at its ends.
    fileprivate var trimmingCharacters: String {
        String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }
}
