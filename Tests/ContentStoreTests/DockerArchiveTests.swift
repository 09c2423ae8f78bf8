import Archive
import ContentStore
import FileSystem
import OCI
import SystemPackage
import Testing

/// Docker archives as old and hostile programs write them.
struct DockerArchiveTests {
    let scratch: Scratch
    let store: ContentStore

    init() throws {
        scratch = try Scratch()
        store = try scratch.store()
    }

    static let layer = (try? SampleImage.layer("f", "text")) ?? []

    static func configuration(_ diffIDs: Digest...) -> [UInt8] {
        var configuration = ImageConfiguration(platform: .host)
        configuration.diffIDs = diffIDs
        return configuration.encoded()
    }

    private func open(_ entries: [(TarEntry, [UInt8])]) throws -> ImageLayout {
        let sink = MemorySink()
        let writer = TarWriter(to: sink)
        for (entry, contents) in entries {
            if entry.kind == .file { try writer.write(entry, contents: contents) } else { try writer.write(entry) }
        }
        try writer.finish()
        try write(sink.bytes, scratch.file("archive.tar"))
        return try ImageLayout.open(scratch.file("archive.tar"), store: store)
    }

    private func file(_ path: String, _ contents: [UInt8]) -> (TarEntry, [UInt8]) {
        (TarEntry(path: FilePath(path), kind: .file, mode: 0o644, mtime: .unixEpoch), contents)
    }

    private func link(_ path: String, to target: String, hard: Bool = false) -> (TarEntry, [UInt8]) {
        let kind: TarEntry.Kind = hard ? .hardLink(FilePath(target)) : .symlink(FilePath(target))
        return (TarEntry(path: FilePath(path), kind: kind, mode: 0o777, mtime: .unixEpoch), [])
    }

    private func manifest(_ text: String) -> (TarEntry, [UInt8]) { file("manifest.json", Array(text.utf8)) }

    private static let oneLayer =
        "[{\"Config\":\"c.json\",\"RepoTags\":[\"app:1\",\"reg.io/x:2\"],\"Layers\":[\"1/layer.tar\"]}]"

    @Test func readsTheFormatOfOldDocker() throws {
        let diffID = Digest.sha256(of: Self.layer)
        // Equal layers are links; directories and the oldest format's files are passed over.
        let layout = try open([
            (TarEntry(path: "1", kind: .directory, mode: 0o755, mtime: .unixEpoch), []),
            file("1/VERSION", Array("1.0".utf8)), file("1/json", Array("{}".utf8)), file("1/layer.tar", Self.layer),
            link("2/layer.tar", to: "../1/layer.tar"), link("3/layer.tar", to: "2/layer.tar", hard: true),
            file("c.json", Self.configuration(diffID, diffID, diffID)), file("repositories", Array("{}".utf8)),
            manifest(
                "[{\"Config\":\"c.json\",\"RepoTags\":[\"app:1\",\"reg.io/x:2\"],"
                    + "\"Layers\":[\"1/layer.tar\",\"2/layer.tar\",\"3/layer.tar\"]}]"),
        ])
        #expect(layout.entries.map { $0.name?.familiarName } == ["app:1", "reg.io/x:2"])
        let records = try layout.importAll(into: store)
        let image = try store.resolve(records[0].descriptor, platform: .host)
        #expect(image.manifest.layers.map(\.digest) == [diffID, diffID, diffID])
        #expect(image.manifest.layers[0].mediaType == .ociLayer)
        #expect(try layout.select("reg.io/x:2") == layout.select(nil))
    }

    @Test func readsCompressedLayersAndImagesWithoutName() throws {
        let sink = MemorySink()
        let compressor = try Compressor(.gzip(), to: sink)
        try compressor.write(Self.layer)
        try compressor.finish()
        let layout = try open([
            manifest("[{\"Config\":\"c.json\",\"RepoTags\":null,\"Layers\":[\"1/layer.tar\"]}]"),
            file("1/layer.tar", sink.bytes), file("c.json", Self.configuration(.sha256(of: Self.layer))),
        ])
        let records = try layout.importAll(into: store)
        #expect(records.map(\.name) == [nil])
        #expect(try store.manifest(records[0].descriptor).layers[0].mediaType == .ociLayerGzip)
    }

    @Test(arguments: [
        "", "{}", "[1]", "[{}]", "[{\"Config\":\"c.json\"}]", "[{\"Config\":1,\"Layers\":[]}]",
        "[{\"Config\":\"c.json\",\"Layers\":[]}]", "[{\"Config\":\"c.json\",\"Layers\":[1]}]",
        "[{\"Config\":\"c.json\",\"Layers\":[\"nope\"]}]", "[{\"Config\":\"nope\",\"Layers\":[\"1/layer.tar\"]}]",
        "[{\"Config\":\"../c.json\",\"Layers\":[\"1/layer.tar\"]}]", "[{\"Config\":\"/etc/passwd\",\"Layers\":[]}]",
        "[{\"Config\":\"c.json\",\"Layers\":[\"1/../../../../etc/passwd\"]}]",
        "[{\"Config\":\"c.json\",\"Layers\":[\"c.json\"]}]",
        "[{\"Config\":\"1/layer.tar\",\"Layers\":[\"1/layer.tar\"]}]",
        "[{\"Config\":\"c.json\",\"Layers\":[\"1/layer.tar\",\"1/layer.tar\"]}]",
        "[{\"Config\":\"c.json\",\"Layers\":[\"1/layer.tar\"],\"RepoTags\":[\"UPPER\"]}]",
        "[{\"Config\":\"c.json\",\"Layers\":[\"1/layer.tar\"],\"RepoTags\":[7]}]",
        "[{\"Config\":\"loop\",\"Layers\":[]}]",
    ])
    func refusesWhatDoesNotFit(_ text: String) throws {
        let code = storeErrorCode {
            _ = try open([
                manifest(text), file("1/layer.tar", Self.layer),
                file("c.json", Self.configuration(.sha256(of: Self.layer))),
                link("loop", to: "pool"), link("pool", to: "loop"),
            ])
        }
        #expect(code != nil)
        #expect(try store.images().isEmpty)
        // And the same from a directory.
        let directory = scratch.file("directory")
        try run(["mkdir", "-p", directory.appending("1").string])
        try write(text, directory.appending("manifest.json"))
        try write(Self.layer, directory.appending("1/layer.tar"))
        try write(Self.configuration(.sha256(of: Self.layer)), directory.appending("c.json"))
        #expect(storeErrorCode { _ = try ImageLayout.open(directory, store: store) } != nil)
    }

    @Test func refusesEntriesThatLeadOutside() throws {
        let good = [file("1/layer.tar", Self.layer), file("c.json", Self.configuration(.sha256(of: Self.layer)))]
        #expect(storeErrorCode { _ = try open(good + [manifest(Self.oneLayer)]) } == nil)
        for bad in [
            file("../evil", [1]), file("a/../../evil", [1]), link("x", to: "../../y", hard: true),
            link("x", to: "/etc/passwd"),
        ] {
            #expect(storeErrorCode { _ = try open(good + [bad, manifest(Self.oneLayer)]) } == .invalidLayout)
        }
    }

    @Test func aTruncatedArchiveIsNoImage() throws {
        _ = try open([
            file("1/layer.tar", Self.layer), file("c.json", Self.configuration(.sha256(of: Self.layer))),
            manifest(Self.oneLayer),
        ])
        let bytes = try read(scratch.file("archive.tar"))
        for length in [1, 511, 513, 1000, 3000, 5000] where length < bytes.count {
            try write(Array(bytes[..<length]), scratch.file("archive.tar"))
            #expect(
                storeErrorCode { _ = try ImageLayout.open(scratch.file("archive.tar"), store: store) } != nil,
                "\(length)")
        }
    }
}
