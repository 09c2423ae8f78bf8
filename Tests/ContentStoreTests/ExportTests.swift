import Archive
import ContentStore
import FileSystem
import Glibc
import OCI
import SystemPackage
import Testing

struct ExportTests {
    let scratch: Scratch
    let store: ContentStore

    init() throws {
        scratch = try Scratch()
        store = try scratch.store()
    }

    private func archive(_ export: ImageExport, from store: ContentStore) throws -> [UInt8] {
        let sink = MemorySink()
        try export.write(from: store, to: sink)
        return sink.bytes
    }

    private func entries(_ bytes: [UInt8]) throws -> [(entry: TarEntry, contents: [UInt8])] {
        let reader = TarReader(MemorySource(bytes))
        var result: [(TarEntry, [UInt8])] = []
        while let entry = try reader.next() { result.append((entry, try reader.readContents(limit: 1 << 20))) }
        return result
    }

    private func image(_ descriptor: Descriptor, _ names: String...) throws -> ImageExport.Image {
        ImageExport.Image(descriptor, names: try names.map { try ImageReference(parsing: $0) })
    }

    @Test func anArchiveIsBuildKitsByteForByteInOrderAndModes() throws {
        let sample = try SampleImage.put(["a", "b"], in: store)
        let export = ImageExport([try image(sample.descriptor, "app:1", "ghcr.io/o/app:2")], format: .oci)
        let entries = try entries(archive(export, from: store))
        let digests = ([sample.descriptor, sample.manifest.configuration] + sample.manifest.layers).map(\.digest.hex)
        #expect(
            entries.map(\.entry.path.string)
                == ["blobs", "blobs/sha256"] + digests.sorted().map { "blobs/sha256/" + $0 } + [
                    "index.json", "oci-layout",
                ])
        for (entry, _) in entries {
            #expect(entry.mtime == .unixEpoch && entry.uid == 0 && entry.gid == 0)
            #expect(entry.mode == (entry.kind == .directory ? 0o755 : 0o444))
        }
        #expect(entries[entries.count - 1].contents == Array("{\"imageLayoutVersion\":\"1.0.0\"}".utf8))
        let index = try ImageIndex(parsing: entries[entries.count - 2].contents)
        #expect(index.manifests.count == 2)
        #expect(index.manifests.allSatisfy { $0.digest == sample.descriptor.digest && $0.platform == .host })
        #expect(
            index.manifests.map(\.annotations) == [
                [
                    "io.containerd.image.name": "docker.io/library/app:1", "org.opencontainers.image.ref.name": "1",
                    "org.opencontainers.image.created": "2024-01-02T03:04:05Z",
                ],
                [
                    "io.containerd.image.name": "ghcr.io/o/app:2", "org.opencontainers.image.ref.name": "2",
                    "org.opencontainers.image.created": "2024-01-02T03:04:05Z",
                ],
            ])
    }

    @Test(arguments: [ImageExport.Format.oci, .docker(.host)])
    func equalImagesGiveEqualBytes(_ format: ImageExport.Format) throws {
        let other = try scratch.store("other")
        _ = try other.put(Array("noise".utf8))
        let one = try SampleImage.put(["a"], in: store)
        let two = try SampleImage.put(["a"], in: other)
        let first = try archive(ImageExport([image(one.descriptor, "app")], format: format), from: store)
        let second = try archive(ImageExport([image(two.descriptor, "app")], format: format), from: other)
        #expect(first == second)
    }

    @Test(.enabled(if: hasProgram("skopeo")), arguments: [Compression.gzip(), .zstd(), .uncompressed])
    func skopeoTakesTheOCIArchive(_ compression: Compression) throws {
        let sample = try SampleImage.put(["a", "b"], in: store, compression: compression)
        let file = scratch.file("image.tar")
        try write(archive(ImageExport([image(sample.descriptor, "app:1")], format: .oci), from: store), file)
        let inspected = try run(["skopeo", "inspect", "--raw", "oci-archive:\(file)"])
        #expect(inspected == String(decoding: sample.manifest.encoded(), as: UTF8.self))
        let configuration = try run(["skopeo", "inspect", "--config", "--raw", "oci-archive:\(file):1"])
        #expect(configuration == String(decoding: sample.configuration.encoded(), as: UTF8.self))
        try run(["skopeo", "copy", "oci-archive:\(file)", "dir:\(scratch.file("dir"))"])
        #expect(try read(scratch.file("dir/\(sample.manifest.layers[1].digest.hex)")).count > 0)
    }

    @Test(.enabled(if: hasProgram("skopeo"))) func skopeoTakesTheDockerArchive() throws {
        let sample = try SampleImage.put(["a", "b"], in: store)
        let file = scratch.file("image.tar")
        let export = ImageExport([try image(sample.descriptor, "app:1", "o/b")], format: .docker(.host))
        try write(archive(export, from: store), file)
        let names = try entries(read(file)).map(\.entry.path.string).suffix(3)
        #expect(names == ["index.json", "manifest.json", "oci-layout"])
        for reference in ["", ":app:1", ":docker.io/library/app:1", ":o/b:latest"] {
            let text = try run(["skopeo", "inspect", "--config", "--raw", "docker-archive:\(file)\(reference)"])
            #expect(text == String(decoding: sample.configuration.encoded(), as: UTF8.self))
        }
        // The same file is an OCI archive as well, and skopeo unpacks and checks every layer on this way.
        try run(["skopeo", "copy", "oci-archive:\(file):1", "oci:\(scratch.file("oci")):x"])
        try run(["skopeo", "copy", "docker-archive:\(file):app:1", "oci:\(scratch.file("oci")):y"])
        try run(["skopeo", "copy", "oci-archive:\(file):1", "docker-archive:\(scratch.file("back.tar"))"])
    }

    @Test(.enabled(if: hasProgram("podman") && geteuid() == 0)) func podmanLoadsTheDockerArchive() throws {
        let sample = try SampleImage.put(["hello", "world"], in: store)
        let file = scratch.file("image.tar")
        let export = ImageExport([try image(sample.descriptor, "app:1", "o/b")], format: .docker(.host))
        try write(archive(export, from: store), file)
        let podman = [
            "podman", "--root", scratch.file("podman").string, "--runroot", scratch.file("run").string,
            "--storage-driver", "vfs", "--cgroup-manager", "cgroupfs",
        ]
        let loaded = try run(podman + ["load", "-i", file.string])
        #expect(loaded.contains("app:1") && loaded.contains("o/b:latest"))
        let id = try run(podman + ["images", "--no-trunc", "--format", "{{.ID}}", "app:1"])
        #expect(Set(id.split(separator: "\n")) == ["\(sample.manifest.configuration.digest)"])
        let directory = try run(podman + ["image", "mount", "app:1"]).split(separator: "\n")[0]
        #expect(try read(FilePath(String(directory)).appending("file1")) == Array("world".utf8))
        try run(podman + ["image", "umount", "app:1"])
    }

    @Test(.enabled(if: hasProgram("umoci") && hasProgram("skopeo"))) func umociUnpacksTheDirectory() throws {
        let sample = try SampleImage.put(["hello", "world"], in: store)
        let directory = scratch.file("layout")
        let export = ImageExport([try image(sample.descriptor, "app:1")], format: .oci)
        try export.write(from: store, toDirectory: directory)
        try export.write(from: store, toDirectory: directory)
        #expect(try run(["umoci", "ls", "--layout", directory.string]) == "1\n")
        try run(["umoci", "unpack", "--rootless", "--image", "\(directory):1", scratch.file("bundle").string])
        #expect(try read(scratch.file("bundle/rootfs/file0")) == Array("hello".utf8))
        #expect(try read(scratch.file("bundle/rootfs/file1")) == Array("world".utf8))
        try run(["skopeo", "inspect", "oci:\(directory):1"])
        #expect(try names(directory) == ["blobs", "index.json", "oci-layout"])
    }

    @Test func aDirectoryCollectsImages() throws {
        let directory = scratch.file("layout")
        func export(_ text: String, _ name: String) throws -> SampleImage {
            let sample = try SampleImage.put([text], in: store)
            try ImageExport([image(sample.descriptor, name)], format: .oci).write(from: store, toDirectory: directory)
            return sample
        }
        _ = try export("a", "app:1")
        let second = try export("b", "app:2")
        let third = try export("c", "app:1")
        let layout = try ImageLayout.open(directory: directory)
        #expect(layout.entries.map(\.tag) == ["2", "1"])
        #expect(try layout.select("1").digest == third.descriptor.digest)
        #expect(try layout.select("app:2").digest == second.descriptor.digest)
        #expect(storeErrorCode { _ = try layout.select(nil) } == .ambiguous)
        #expect(storeErrorCode { _ = try layout.select("3") } == .noSuchImage)
    }

    @Test func anIndexIsExportedWholeOrForOnePlatform() throws {
        let (index, images) = try SampleImage.putIndex(in: store)
        let whole = try entries(archive(ImageExport([image(index, "multi")], format: .oci), from: store))
        // Index, three manifests and configurations, a shared layer, one more each, and a statement.
        #expect(whole.count == 2 + 1 + 3 + 3 + 1 + 2 + 1 + 2)
        let arm = try Platform(parsing: "linux/arm64")
        let one = try entries(archive(ImageExport([image(index, "multi")], format: .docker(arm)), from: store))
        let json = try JSONValue(parsing: one[one.count - 2].contents)
        #expect(
            json.arrayValue?.first?["Config"]?.stringValue
                == "blobs/sha256/" + images[1].manifest.configuration.digest.hex)
        #expect(json.arrayValue?.first?["RepoTags"] == ["multi:latest"])
        #expect(one.count == 2 + 1 + 1 + 2 + 3)
    }

    @Test func aMissingBlobIsToldBeforeAnythingIsWritten() throws {
        let sample = try SampleImage.put(["a", "b"], in: store)
        try store.remove(sample.manifest.layers[1].digest)
        let export = ImageExport([try image(sample.descriptor, "app")], format: .oci)
        let sink = MemorySink()
        #expect(storeErrorCode { try export.write(from: store, to: sink) } == .missingBlob)
        #expect(sink.bytes.isEmpty)
        #expect(storeErrorCode { try export.write(from: store, toDirectory: scratch.file("out")) } == .missingBlob)
    }

    @Test func aDamagedBlobIsNotWrittenToADirectory() throws {
        let sample = try SampleImage.put(["a"], in: store)
        let path = store.path(of: sample.manifest.layers[0].digest)
        let bytes = try read(path)
        try store.remove(sample.manifest.layers[0].digest)
        try write([UInt8](repeating: 0, count: bytes.count), path)
        let export = ImageExport([try image(sample.descriptor, "app")], format: .oci)
        #expect(storeErrorCode { try export.write(from: store, toDirectory: scratch.file("out")) } == .corruptBlob)
        #expect(try !names(scratch.file("out")).contains("index.json"))
    }
}
