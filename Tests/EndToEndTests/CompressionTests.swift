import FoundationEssentials
import Glibc
import SystemPackage
import Testing

extension EndToEnd {
    /// Every exporter that has layers, every compression.
    @Suite struct CompressionTests {
        private static let dockerfile = """
            FROM base
            COPY text /text
            RUN echo made >/made
            """

        private static let magic: [String: [UInt8]] = [
            "uncompressed": [], "gzip": [0x1f, 0x8b], "zstd": [0x28, 0xb5, 0x2f, 0xfd],
        ]

        private func prepare(_ work: Workspace) throws {
            try work.write("text", String(repeating: "some text that can be compressed\n", count: 20_000))
            try work.write("Dockerfile", Self.dockerfile)
        }

        /// The layers of an image in a layout have the compression that their media types promise.
        private func check(_ image: Image, own name: String, base: String) throws {
            for (position, layer) in image.manifest.layers.enumerated() {
                let expected = position == 0 ? base : name
                let suffix = expected == "uncompressed" ? "tar" : "tar+\(expected)"
                #expect(layer.mediaType == "application/vnd.oci.image.layer.v1.\(suffix)", "layer \(position)")
                let bytes = try File.data(Image.blob(image.layout, layer.digest))
                let magic = try #require(Self.magic[expected])
                #expect(Array(bytes.prefix(magic.count)) == magic, "layer \(position)")
                #expect(bytes.count == layer.size)
            }
        }

        @Test(arguments: ["uncompressed", "gzip", "zstd"], [false, true])
        func archivesAndLayouts(name: String, isForced: Bool) async throws {
            try await Workspace.use { work in
                try prepare(work)
                let flags = "compression=\(name),force-compression=\(isForced)"
                let outcome = try await work.build(
                    Self.dockerfile,
                    [
                        "--tag", "shop:1", "--output", "type=oci,dest=\(work.root)/oci.tar,\(flags)",
                        "--output", "type=docker,dest=\(work.root)/docker.tar,\(flags)",
                        "--output", "type=oci,tar=false,dest=\(work.root)/layout,\(flags)",
                        "--output", "type=image,\(flags)",
                    ])
                try #require(outcome.status == 0, "\(outcome.transcript)")
                let base = isForced ? name : "gzip"
                let image = try await Image(
                    archive: work.root.appending("oci.tar"), directory: work.root.appending("oci"))
                try check(image, own: name, base: base)
                // One manifest everywhere.
                let layout = try Image.decode(Image.Index.self, work.root.appending("layout/index.json"))
                #expect(layout.manifests.map(\.digest) == [image.manifestDigest])
                let docker = try await Image(
                    archive: work.root.appending("docker.tar"), directory: work.root.appending("docker"))
                #expect(docker.manifestDigest == image.manifestDigest)
                let stored = try await work.slipway(["images", "--digests", "--no-trunc"])
                #expect(stored.text.contains(image.manifestDigest), "\(stored.transcript)")
                // The judges read all of them, whatever the compression.
                for source in [
                    "oci-archive:\(work.root)/oci.tar", "docker-archive:\(work.root)/docker.tar",
                    "oci:\(work.root)/layout",
                ] {
                    _ = try await work.tool("skopeo", "copy", source, "dir:\(work.root)/judge-\(source.utf8.count)")
                }
                #expect(try await image.text(of: "made", layer: -1) == "made\n")
                // Debian's umoci knows no zstd.
                if name != "zstd" {
                    let rootless = Account.isRoot ? [] : ["--rootless"]
                    let unpacked = try await Command(
                        program: "umoci",
                        arguments: ["unpack"] + rootless + [
                            "--image", "\(work.root)/layout:1", "\(work.root)/bundle",
                        ]
                    ).run()
                    #expect(unpacked.status == 0, "\(unpacked.transcript)")
                    #expect(try File.text(work.root.appending("bundle/rootfs/made")) == "made\n")
                }
            }
        }

        /// A layer is compressed once in each way, whatever asks for it and how often.
        @Test func variantsAreKept() async throws {
            try await Workspace.use { work in
                try prepare(work)
                func build(_ compression: String) async throws -> Image {
                    let name = "image-\(UInt32.random(in: 0 ... .max))"
                    let outcome = try await work.build(
                        Self.dockerfile, ["--output", "type=oci,dest=\(work.root)/\(name).tar,\(compression)"])
                    try #require(outcome.status == 0, "\(outcome.transcript)")
                    return try await Image(
                        archive: work.root.appending("\(name).tar"), directory: work.root.appending(name))
                }
                func inodes() throws -> [String: UInt64] {
                    let directory = work.store.appending("blobs/sha256")
                    return try Dictionary(
                        uniqueKeysWithValues: File.names(directory).map {
                            ($0, UInt64(try File.status(directory.appending($0)).st_ino))
                        })
                }
                let ways = ["compression=gzip", "compression=zstd", "compression=gzip,compression-level=1"]
                var first: [Image] = []
                for way in ways { first.append(try await build(way)) }
                #expect(Set(first.flatMap { $0.manifest.layers.dropFirst().map(\.digest) }).count == 6)
                let before = try inodes()
                for (way, image) in zip(ways, first) {
                    #expect(try await build(way).manifestDigest == image.manifestDigest)
                }
                #expect(try inodes() == before)
            }
        }

        /// In another store, at another time, the compressed bytes are the same.
        @Test(arguments: ["gzip", "gzip,compression-level=9", "zstd"])
        func deterministic(compression: String) async throws {
            try await Workspace.use { work in
                try prepare(work)
                var digests: Set<[String]> = []
                for number in 1...2 {
                    let outcome = try await work.build(
                        Self.dockerfile,
                        ["--output", "type=oci,dest=\(work.root)/\(number).tar,compression=\(compression)"],
                        store: work.root.appending("store-\(number)"))
                    try #require(outcome.status == 0, "\(outcome.transcript)")
                    let image = try await Image(
                        archive: work.root.appending("\(number).tar"), directory: work.root.appending("\(number)"))
                    digests.insert(image.manifest.layers.map(\.digest))
                }
                #expect(digests.count == 1)
            }
        }

        /// An image that is there already is not put again: it keeps the time it was built at.
        @Test func anUnchangedImageStays() async throws {
            try await Workspace.use { work in
                try prepare(work)
                func built() async throws -> String {
                    let outcome = try await work.build(Self.dockerfile, ["--tag", "shop:1"])
                    try #require(outcome.status == 0, "\(outcome.transcript)")
                    let rows = try await work.tool(
                        "python3", "-c",
                        """
                        import sqlite3, sys
                        rows = sqlite3.connect(sys.argv[1]).execute("SELECT id, name, digest, built FROM images")
                        print(sorted(rows))
                        """, "\(work.store)/index.sqlite")
                    return rows.text
                }
                let first = try await built()
                #expect(first.contains("shop"))
                #expect(try await built() == first)
                try work.write("text", "changed\n")
                #expect(try await built() != first)
            }
        }
    }
}
