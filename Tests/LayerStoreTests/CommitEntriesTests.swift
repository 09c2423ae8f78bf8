import Archive
import ContentStore
import FileSystem
import Glibc
import LayerStore
import OCI
import SystemPackage
import Testing

struct CommitEntriesTests {
    let test: TestStore

    init() throws { test = try TestStore() }

    private func layerEntry(_ entry: (TarEntry, String)) -> LayerEntry {
        LayerEntry(entry.0, source: entry.0.kind == .file && !entry.1.isEmpty ? .bytes(Array(entry.1.utf8)) : .none)
    }

    private func commit(_ entries: [LayerEntry], unpack: Bool = true) async throws -> CommittedLayer {
        try await test.layers.commit(entries: entries, epoch: nil, compression: nil, unpack: unpack)
    }

    @Test func `Entries in any order give the archive that their directory gives`() async throws {
        try test.top.write("from a file", to: "source")
        var source = Entry.file("d/source", "", mode: 0o640)
        source.0.size = 11
        source.0.xattrs = [ExtendedAttribute(name: "user.x", value: [1])]
        var late = Entry.file("late", "x")
        late.0.mtime = Timestamp(seconds: 5_000_000_000, nanoseconds: 3)
        let entries = [
            layerEntry(Entry.file("d-x", "dash")),
            LayerEntry(source.0, source: .file(directory: test.top, path: "source")),
            layerEntry(Entry.hardLink("a-link", to: "d/y")), layerEntry(Entry.hardLink("z-link", to: "d/y")),
            layerEntry(Entry.file("d/y", "linked")), layerEntry(Entry.link("d/l", to: "y")), layerEntry(late),
            layerEntry(Entry.directory("d", mode: 0o711)), layerEntry(Entry.file(".wh.gone")),
            layerEntry(Entry.file("d/.wh..wh..opq")), layerEntry(Entry.other("p", .fifo)),
            layerEntry(Entry.file("d/!")),
        ]
        let epoch = Timestamp(seconds: 1_000_000_000)
        let layer = try await test.layers.commit(
            entries: entries, epoch: epoch, compression: .gzip(level: 1), unpack: true)
        let paths = try await test.entries(layer.diffID, compression: .gzip(level: 1)).map(\.path)
        #expect(
            paths == [
                ".wh.gone", "a-link", "d-x", "d", "d/.wh..wh..opq", "d/!", "d/l", "d/source", "d/y", "late", "p",
                "z-link",
            ])
        let blob = try #require(layer.blob)
        #expect(try await test.layers.blob(for: layer.diffID, compression: .gzip(level: 1)) == blob)
        #expect(blob.mediaType == .ociLayerGzip)
        #expect(layer.entryCount == 12)
        let tree = try test.tree(layer.diffID)
        #expect(try tree.read("d/source") == "from a file")
        #expect(try tree.read("a-link") == "linked")
        #expect(try tree.status(of: "a-link").linkCount == 3)
        #expect(try tree.status(of: "late").mtime == epoch)
        // From the directory: the same bytes, or the DiffID would not be the same.
        try test.store.remove(blob.digest)
        #expect(try await test.layers.blob(for: layer.diffID, compression: .gzip(level: 1)) == blob)
        let reversed = try await test.layers.commit(
            entries: entries.reversed(), epoch: epoch, compression: nil, unpack: false)
        #expect(reversed.diffID == layer.diffID)
    }

    @Test func `What a layer cannot hold is refused`() async throws {
        let file = layerEntry(Entry.file("f", "x"))
        var lying = Entry.file("g", "abc")
        lying.0.size = 5
        let tables: [[LayerEntry]] = [
            [layerEntry(Entry.file("d/f"))], [file, file], [layerEntry(Entry.file("../f"))],
            [layerEntry(Entry.file("/f"))], [layerEntry(Entry.file("a/../f"))], [file, layerEntry(Entry.file("f/x"))],
            [layerEntry(Entry.hardLink("h", to: "nothing"))], [layerEntry(Entry.directory(""))],
            [layerEntry(Entry.hardLink("h", to: "h"))], [LayerEntry(lying.0, source: .bytes([1]))],
            [LayerEntry(lying.0)], [LayerEntry(lying.0, source: .file(directory: test.top, path: "missing"))],
            [layerEntry(Entry.directory("d")), layerEntry(Entry.hardLink("h", to: "d"))],
        ]
        for (index, entries) in tables.enumerated() {
            await #expect(throws: (any Error).self, "\(index)") { try await commit(entries) }
        }
        #expect(try test.leftovers().isEmpty)
    }

    @Test(arguments: [0, 2, 4, 1 << 20])
    func `A source of another size than its entry is an error, never a wrong archive`(size: Int) async throws {
        try test.top.write(String(repeating: "x", count: size), to: "source")
        var entry = Entry.file("f")
        entry.0.size = 3
        let entries = [LayerEntry(entry.0, source: .file(directory: test.top, path: "source"))]
        let error = await #expect(throws: LayerStoreError.self) { try await commit(entries) }
        #expect(error?.code == .sourceChanged)
        #expect(error?.description == "f changed while it was being copied: build again")
    }

    @Test func `A source is read by descriptor and never through a link`() async throws {
        try test.top.makeSymbolicLink("link", to: "/etc/passwd")
        try test.top.makeDirectory("d")
        try test.top.makeNode("fifo", kind: .fifo)
        try test.top.makeSymbolicLink("to-d", to: "d")
        try test.top.openDirectory("d").write("x", to: "f")
        var entry = Entry.file("f")
        entry.0.size = 1
        for path in ["link", "to-d/f", "../etc/passwd", "/etc/passwd", "fifo", "d"] as [FilePath] {
            let entries = [LayerEntry(entry.0, source: .file(directory: test.top, path: path))]
            await #expect(throws: (any Error).self, "\(path)") { try await commit(entries, unpack: false) }
        }
        _ = try await commit([LayerEntry(entry.0, source: .file(directory: test.top, path: "d/f"))])
    }

    /// Where `bit` is, in a header, it means nothing to whoever reads the stream, but shows where the bytes come from.
    @Test(arguments: [
        (Compression.gzip(level: 4), place: 9, bit: UInt8(0x40)), (.zstd(level: 3), place: 4, bit: UInt8(0x10)),
    ])
    func `Compressed members are taken from the blob of an earlier layer`(
        _ compression: Compression, place: Int, bit: UInt8
    ) async throws {
        func entries(last: String) throws -> [LayerEntry] {
            var random = SystemRandomNumberGenerator()
            return try (0..<300).map { number in
                let name = try #require(FileName("f\(1000 + number)"))
                if number == 299 {
                    if test.exists(name) { try test.top.removeFile(name) }
                    try test.top.write(last, to: name)
                } else if !test.exists(name) {
                    let text = (0..<1000).map { _ in String(random.next(), radix: 36) }.joined()
                    try test.top.write(text, to: name)
                }
                var entry = Entry.file(name.component).0
                entry.size = Int64(try test.top.status(of: name).size)
                return LayerEntry(entry, source: .file(directory: test.top, path: name.component))
            }
        }
        func commit(last: String) async throws -> (blob: FilePath, layer: CommittedLayer) {
            let layer = try await test.layers.commit(
                entries: try entries(last: last), epoch: nil, compression: compression, unpack: false)
            let digest = try #require(layer.blob).digest
            return (test.directory.appending("store/blobs/sha256").appending(digest.hex), layer)
        }
        let (first, _) = try await commit(last: "one")
        var bytes = try [UInt8](contentsOf: first)
        bytes[place] ^= bit
        try bytes.replace(first)
        let (second, layer) = try await commit(last: "two")
        #expect(try [UInt8](contentsOf: second)[place] == bytes[place])
        // What was taken is read without an error, and gives the layer.
        try await test.layers.unpack(diffID: layer.diffID, blob: try #require(layer.blob))
        #expect(try test.tree(layer.diffID).read("f1299") == "two")
    }

    @Test func `A layer without a directory is unpacked from its blob later`() async throws {
        let layer = try await test.layers.commit(
            entries: [layerEntry(Entry.file("f", "x"))], epoch: nil, compression: .zstd(level: 1), unpack: false)
        #expect(try !test.layers.isUnpacked(layer.diffID))
        try await test.layers.unpack(diffID: layer.diffID, blob: try #require(layer.blob))
        #expect(try test.tree(layer.diffID).read("f") == "x")
    }
}

extension TestStore {
    fileprivate func exists(_ name: FileName) -> Bool { (try? top.status(of: name)) != nil }
}

extension [UInt8] {
    fileprivate init(contentsOf path: FilePath) throws {
        let file = try FileDescriptor.open(path, .readOnly)
        self = try file.closeAfter { try FileSource(file).readAll(limit: 1 << 30) }
    }

    /// Puts a file with these bytes in the place of another, which may not be written.
    fileprivate func replace(_ path: FilePath) throws {
        let new = path.removingLastComponent().appending("new")
        let file = try FileDescriptor.open(
            new, .writeOnly, options: [.create, .exclusiveCreate], permissions: [.ownerRead])
        _ = try file.closeAfter { try file.writeAll(self) }
        let status = unsafe new.withPlatformString { new in
            unsafe path.withPlatformString { unsafe rename(new, $0) }
        }
        #expect(status == 0)
    }
}
