import Archive
import ContentStore
import FileSystem
import Glibc
import OCI
import SystemPackage
import Testing

/// Importing what other tools, and this one, have written.
struct LayoutTests {
    let scratch: Scratch
    let store: ContentStore
    let sample: SampleImage
    let target: ContentStore

    init() throws {
        scratch = try Scratch()
        store = try scratch.store()
        target = try scratch.store("target")
        sample = try SampleImage.put(["hello", "world"], in: store)
    }

    /// Writes the sample as a layout with the tag 1 and the name app:1.
    private func layoutDirectory() throws -> FilePath {
        let path = scratch.file("layout")
        let image = ImageExport.Image(sample.descriptor, names: [try ImageReference(parsing: "app:1")])
        try ImageExport([image], format: .oci).write(from: store, toDirectory: path)
        return path
    }

    private func expectSample(_ layout: ImageLayout, _ comment: Comment) throws {
        let records = try layout.importAll(into: target)
        #expect(records.count == 1, comment)
        #expect(records.first?.name?.familiarName == "app:1", comment)
        let image = try target.resolve(try #require(records.first).descriptor, platform: .host)
        #expect(image.configuration == sample.configuration, comment)
        for layer in image.manifest.layers { #expect(target.contains(layer.digest), comment) }
    }

    @Test func readsADirectoryWithoutCopying() throws {
        let layout = try ImageLayout.open(directory: layoutDirectory())
        let image = try layout.resolve(layout.select(nil), platform: .host)
        #expect(image.configuration == sample.configuration)
        #expect(image.layers.map(\.diffID) == sample.configuration.diffIDs)
        #expect(try names(scratch.file("target/blobs/sha256")).isEmpty)
        try layout.fetch(image.manifest.layers[1], into: target)
        try layout.fetch(image.manifest.layers[1], into: target)
        #expect(try names(scratch.file("target/blobs/sha256")) == [image.manifest.layers[1].digest.hex])
        #expect(
            try layout.select(image.manifest.configuration.digest.description).digest
                == image.manifest.configuration.digest)
        try expectSample(layout, "directory")
    }

    @Test(arguments: ["", "z", "j", "J", "--zstd"]) func readsArchivesHoweverCompressed(_ option: String) throws {
        let directory = try layoutDirectory()
        let file = scratch.file("layout.tar")
        let flags = option.hasPrefix("-") ? [option, "-cf"] : ["-c\(option)f"]
        // With the "./" that everybody's tar puts in front.
        try run(["tar"] + flags + [file.string, "-C", directory.string, "."])
        try expectSample(ImageLayout.open(file, store: target), "\(option)")
    }

    @Test func readsAPipe() throws {
        let directory = try layoutDirectory()
        try run(["tar", "-cf", scratch.file("l.tar").string, "-C", directory.string, "."])
        let pipe = scratch.file("pipe")
        try #require(pipe.withPlatformString { mkfifo($0, 0o600) } == 0)
        try #require(system("cat '\(scratch.file("l.tar"))' >'\(pipe)' &") == 0)
        let readEnd = try FileDescriptor.open(pipe, .readOnly)
        defer { readEnd.closeAfterReading() }
        try expectSample(ImageLayout.open(archive: readEnd, name: "standard input", store: target), "pipe")
    }

    @Test(.enabled(if: hasProgram("skopeo"))) func readsWhatSkopeoWrites() throws {
        let directory = try layoutDirectory()
        let docker = scratch.file("docker.tar")
        try run(["skopeo", "copy", "oci:\(directory):1", "docker-archive:\(docker):app:1"])
        try expectSample(ImageLayout.open(docker, store: target), "docker-archive")
        // The same, unpacked.
        try run(["mkdir", scratch.file("docker").string])
        try run(["tar", "-xf", docker.string, "-C", scratch.file("docker").string])
        try run(["chmod", "-R", "u+rwX", scratch.file("docker").string])
        let fresh = try scratch.store("fresh")
        let layout = try ImageLayout.open(scratch.file("docker"), store: fresh)
        #expect(try layout.importAll(into: fresh).map { $0.name?.familiarName } == ["app:1"])
        // Skopeo makes OCI layouts in directories and archives as well.
        try run(["skopeo", "copy", "oci:\(directory):1", "oci-archive:\(scratch.file("a.tar")):app:1"])
        try expectSample(ImageLayout.open(scratch.file("a.tar"), store: target), "oci-archive")
    }

    @Test(.enabled(if: hasProgram("umoci"))) func readsWhatUmociWrites() throws {
        let directory = scratch.file("umoci")
        try run(["umoci", "init", "--layout", directory.string])
        try run(["umoci", "new", "--image", "\(directory):new"])
        try run(["umoci", "config", "--image", "\(directory):new", "--config.user", "me", "--author", "x"])
        let layout = try ImageLayout.open(directory, store: target)
        let image = try layout.resolve(layout.select("new"), platform: .host)
        #expect(image.configuration.container.user == "me")
        #expect(image.configuration.author == "x")
    }

    @Test func roundTripKeepsEveryByteOfAnIndex() throws {
        let (index, _) = try SampleImage.putIndex(in: store)
        let sink = MemorySink()
        try ImageExport([ImageExport.Image(index)], format: .oci).write(from: store, to: sink)
        let file = scratch.file("index.tar")
        try write(sink.bytes, file)
        let layout = try ImageLayout.open(file, store: target)
        let imported = try layout.importImage(layout.select(nil), into: target)
        #expect(imported.digest == index.digest)
        #expect(
            Set(try target.blobs(of: imported).map(\.digest)) == Set(try store.blobs(of: index).map(\.digest)))
        let again = MemorySink()
        try ImageExport([ImageExport.Image(index)], format: .oci).write(from: target, to: again)
        #expect(again.bytes == sink.bytes)
    }

    @Test func importsOnePlatform() throws {
        let (index, images) = try SampleImage.putIndex(in: store)
        let path = scratch.file("multi")
        try ImageExport([ImageExport.Image(index)], format: .oci).write(from: store, toDirectory: path)
        let layout = try ImageLayout.open(directory: path)
        let arm = try Platform(parsing: "linux/arm64")
        let imported = try layout.importImage(layout.select(nil), platform: arm, into: target)
        #expect(imported.digest == images[1].descriptor.digest)
        #expect(try names(scratch.file("target/blobs/sha256")).count == 4)
    }

    @Test func aSparseIndexIsImportedAsFarAsItGoes() throws {
        let (index, images) = try SampleImage.putIndex(in: store)
        let path = scratch.file("multi")
        try ImageExport([ImageExport.Image(index)], format: .oci).write(from: store, toDirectory: path)
        _ = path.appending("blobs/sha256/\(images[0].descriptor.digest.hex)").withPlatformString { unlink($0) }
        let layout = try ImageLayout.open(directory: path)
        let imported = try layout.importImage(layout.select(nil), into: target)
        #expect(imported.digest == index.digest)
        let arm = try Platform(parsing: "linux/arm64")
        #expect(try target.resolve(imported, platform: arm).manifest == images[1].manifest)
        _ = path.appending("blobs/sha256/\(images[1].descriptor.digest.hex)").withPlatformString { unlink($0) }
        // The attestation alone is no image.
        let code = storeErrorCode { _ = try layout.resolve(layout.select(nil), platform: arm) }
        #expect(code == .missingBlob)
    }

    // MARK: Hostile layouts

    private func broken(_ change: (FilePath) throws -> Void) throws -> StoreError.Code? {
        let path = try layoutDirectory()
        try change(path)
        let fromDirectory = storeErrorCode { _ = try ImageLayout.open(path, store: target).importAll(into: target) }
        try run(["tar", "-cf", scratch.file("broken.tar").string, "-C", path.string, "."])
        let fresh = try scratch.store("fresh")
        let fromArchive = storeErrorCode {
            _ = try ImageLayout.open(scratch.file("broken.tar"), store: fresh).importAll(into: fresh)
        }
        #expect(fromDirectory != nil && fromArchive != nil)
        #expect(try target.images().isEmpty)
        #expect(try fresh.images().isEmpty)
        return fromDirectory
    }

    private func blob(_ path: FilePath, _ digest: Digest) -> FilePath { path.appending("blobs/sha256/\(digest.hex)") }

    /// The blobs of the sample that refer to others, or not.
    private var victims: [Digest] {
        [sample.manifest.layers[0].digest, sample.manifest.configuration.digest, sample.descriptor.digest]
    }

    @Test(arguments: 0..<3) func aLyingDigestIsFound(_ victim: Int) throws {
        let code = try broken { path in
            let size = try read(blob(path, victims[victim])).count
            try write([UInt8](repeating: 0x20, count: size), blob(path, victims[victim]))
        }
        #expect(code == .digestMismatch)
    }

    @Test(arguments: 0..<3) func aLyingSizeIsFound(_ victim: Int) throws {
        #expect(try broken { try write("{}", blob($0, victims[victim])) } == .sizeMismatch)
    }

    @Test(arguments: 0..<3) func aMissingBlobIsFound(_ victim: Int) throws {
        let code = try broken { _ = blob($0, victims[victim]).withPlatformString { unlink($0) } }
        #expect(code == .missingBlob)
    }

    @Test(arguments: [
        "", "{", "[]", "null", "{\"schemaVersion\":2}", "{\"schemaVersion\":2,\"manifests\":[]}",
        "{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":\"x\",\"digest\":\"sha256:../../../etc/passwd\",\"size\":1}]}",
        "{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":\"x\",\"digest\":\"\(DigestSamples.missing)\",\"size\":1}]}",
        "{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\","
            + "\"digest\":\"\(DigestSamples.missing)\",\"size\":9000000000000}]}",
        String(repeating: "[", count: 100_000),
    ])
    func anIndexThatIsNoneIsFound(_ text: String) throws {
        #expect(try broken { try write(text, $0.appending("index.json")) } != nil)
    }

    @Test func otherVersionsAreRefused() throws {
        let code = try broken { try write("{\"imageLayoutVersion\":\"2.0.0\"}", $0.appending("oci-layout")) }
        #expect(code == .invalidLayout)
    }

    @Test func aGiantIndexIsRefused() throws {
        let code = try broken { path in
            try run(["truncate", "-s", "9M", path.appending("index.json").string])
        }
        #expect(code == .tooLarge)
    }

    @Test(.timeLimit(.minutes(10))) func aFifoDoesNotHang() throws {
        let path = try layoutDirectory()
        let layer = blob(path, sample.manifest.layers[0].digest)
        _ = layer.withPlatformString { unlink($0) }
        try #require(layer.withPlatformString { mkfifo($0, 0o644) } == 0)
        let code = storeErrorCode { _ = try ImageLayout.open(path, store: target).importAll(into: target) }
        #expect(code == .missingBlob)
        try #require(scratch.file("fifo").withPlatformString { mkfifo($0, 0o644) } == 0)
        #expect(storeErrorCode { _ = try ImageLayout.open(scratch.file("fifo"), store: target) } != nil)
    }

    @Test func notALayoutIsOneError() throws {
        try run(["mkdir", scratch.file("empty").string])
        try write("hello", scratch.file("text"))
        try write([], scratch.file("nothing"))
        for name in ["empty", "text", "nothing"] {
            let code = storeErrorCode { _ = try ImageLayout.open(scratch.file(name), store: target) }
            #expect(code == .invalidLayout, "\(name)")
        }
        #expect(storeErrorCode { _ = try ImageLayout.open(scratch.file("absent"), store: target) } == .missingBlob)
        // A directory of skopeo's, whose manifest.json is something else.
        try write("{\"schemaVersion\":2}", scratch.file("empty/manifest.json"))
        #expect(storeErrorCode { _ = try ImageLayout.open(scratch.file("empty"), store: target) } == .invalidLayout)
    }
}

enum DigestSamples {
    static let missing = "sha256:" + String(repeating: "7", count: 64)
}
