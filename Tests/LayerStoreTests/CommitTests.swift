import Archive
import ContentStore
import FileSystem
import LayerStore
import OCI
import SystemPackage
import Testing

struct CommitTests {
    let test: TestStore
    let upper: DirectoryHandle
    var upperPath: FilePath { test.directory.appending("upper") }

    init() throws {
        test = try TestStore()
        try test.top.makeDirectory("upper")
        upper = try test.top.openDirectory("upper")
    }

    @Test func `An empty upperdir gives the archive without entries`() async throws {
        let layer = try await test.layers.commit(upperDirectory: upperPath, epoch: nil)
        #expect(layer.diffID.hex == "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef")
        #expect(layer.entryCount == 0)
        #expect(layer.size == 1024)
        #expect(try test.layers.isUnpacked(layer.diffID))
        #expect(try test.top.statusIfExists(of: "upper") == nil)
        // The same once more.
        try test.top.makeDirectory("upper")
        #expect(try await test.layers.commit(upperDirectory: upperPath, epoch: nil) == layer)
        #expect(try test.leftovers().isEmpty)
    }

    @Test func `An upperdir becomes a canonical archive`() async throws {
        try upper.makeDirectory("opaque")
        try upper.openDirectory("opaque").write("n", to: "!new")
        try upper.extendedAttributes(of: "opaque").set("user.overlay.opaque", to: [0x79])
        try upper.extendedAttributes(of: "opaque").set("user.overlay.origin", to: [1, 2, 3])
        try upper.extendedAttributes(of: "opaque").set("user.mine", to: [4])
        try upper.makeNode("gone", kind: .characterDevice)
        // overlayfs links the whiteouts of one mount to each other.
        try upper.makeHardLink("also-gone", to: "gone", in: upper)
        try upper.makeNode("socket", kind: .socket)
        try upper.write("1", to: "z")
        try upper.makeHardLink("b", to: "z", in: upper)
        try upper.makeSymbolicLink("a", to: "b")
        try upper.makeDirectory("a-dir")
        try upper.openDirectory("a-dir").makeNode("s", kind: .socket)
        for name in ["opaque", "z", "a", "a-dir"] as [FileName] {
            try upper.setTimes(of: name, to: Timestamp(seconds: 2000, nanoseconds: 9))
        }
        try upper.openDirectory("opaque").setTimes(of: "!new", to: Timestamp(seconds: 1000, nanoseconds: 500))
        let layer = try await test.layers.commit(upperDirectory: upperPath, epoch: Timestamp(seconds: 1500))
        let entries = try await test.entries(layer.diffID)
        #expect(
            entries.map(\.path) == [
                ".wh.also-gone", ".wh.gone", "a", "a-dir", "b", "opaque", "opaque/.wh..wh..opq", "opaque/!new", "z",
            ])
        #expect(layer.entryCount == 9)
        let times: [Int64] = [0, 0, 1500, 1500, 1500, 1500, 0, 1000, 1500]
        #expect(entries.map(\.mtime) == times.map { Timestamp(seconds: $0) })
        #expect(entries[8].kind == .hardLink("b"))
        #expect(entries[4].size == 1)
        #expect(entries[5].xattrs == [ExtendedAttribute(name: "user.mine", value: [4])])
        #expect((entries[0].mode, entries[0].uid, entries[0].size) == (0o600, 0, 0))
        // The directory shows what the archive says.
        let tree = try test.tree(layer.diffID)
        #expect(try tree.status(of: "a-dir").mtime == Timestamp(seconds: 1500))
        #expect(try tree.openDirectory("a-dir").isEmpty())
        #expect(try tree.status(of: "a").mtime == Timestamp(seconds: 1500))
        #expect(try tree.status(at: "opaque/!new").mtime == Timestamp(seconds: 1000))
        #expect(try tree.statusIfExists(of: "socket") == nil)
    }

    @Test func `Without an epoch times stay`() async throws {
        let time = Timestamp(seconds: 4_000_000_000, nanoseconds: 5)
        try upper.write("1", to: "f")
        try upper.setTimes(of: "f", to: time)
        let layer = try await test.layers.commit(upperDirectory: upperPath, epoch: nil)
        #expect(try test.tree(layer.diffID).status(of: "f").mtime == time)
        #expect(try await test.entries(layer.diffID).map(\.mtime) == [time.wholeSeconds])
    }

    @Test func `A file that looks like a whiteout is refused`() async throws {
        try upper.write("1", to: ".wh.f")
        let error = await #expect(throws: LayerStoreError.self) {
            try await test.layers.commit(upperDirectory: upperPath, epoch: nil)
        }
        #expect(error?.code == .unrepresentable)
        #expect(try test.top.statusIfExists(of: "upper") != nil)
    }

    @Test func `Marks that hide nothing are left out`() async throws {
        let base = try await test.unpack([
            Entry.directory("old"), Entry.file("old/f"), Entry.file("file"), Entry.link("link", to: "old"),
        ])
        for name in ["old", "new", "file", "link"] as [FileName] {
            try upper.makeDirectory(name)
            try upper.extendedAttributes(of: name).set("user.overlay.opaque", to: [0x79])
        }
        try upper.openDirectory("old").makeNode("f", kind: .characterDevice)
        try upper.openDirectory("old").makeNode("stub", kind: .characterDevice)
        try upper.makeNode("stub", kind: .characterDevice)
        try upper.setTimes(of: "old", to: Entry.time)
        let view = try LayerView(layers: [base], store: test.layers)
        let layer = try await test.layers.commit(upperDirectory: upperPath, epoch: nil, below: view)
        #expect(try test.tree(layer.diffID).status(of: "old").mtime == Entry.time)
        let paths = try await test.entries(layer.diffID).map(\.path)
        #expect(paths == ["file", "link", "new", "old", "old/.wh..wh..opq", "old/.wh.f"])
    }

    @Test(arguments: [Compression.uncompressed, .gzip(level: 1), .zstd(level: 3)])
    func `A blob of a committed layer is made from its directory`(compression: Compression) async throws {
        for number in 0..<50 { try upper.write("text \(number)", to: try #require(FileName("f\(number)"))) }
        let layer = try await test.layers.commit(upperDirectory: upperPath, epoch: .unixEpoch)
        let layers = test.layers
        async let one = layers.blob(for: layer.diffID, compression: compression)
        async let two = layers.blob(for: layer.diffID, compression: compression)
        let blobs = try await [one, two]
        #expect(blobs[0] == blobs[1])
        #expect(try await test.layers.blob(for: layer.diffID, compression: compression) == blobs[0])
        if compression == .uncompressed { #expect(blobs[0].digest == layer.diffID) }
        // Another store gets the same layer from the blob.
        let other = try TestStore()
        let bytes = try test.store.read(blobs[0].digest)
        let copy = try other.store.put(bytes, mediaType: blobs[0].mediaType)
        try await other.layers.unpack(diffID: layer.diffID, blob: copy)
        // The one with another compression now comes from a blob, the first way from the directory.
        _ = try await other.layers.blob(for: layer.diffID, compression: .zstd(level: 9))
        #expect(
            shell("diff -r \(test.layers.directory(of: layer.diffID)) \(other.layers.directory(of: layer.diffID))") == 0
        )
    }

    @Test func `A directory that was tampered with gives no blob`() async throws {
        try upper.write("1", to: "f")
        let layer = try await test.layers.commit(upperDirectory: upperPath, epoch: nil)
        try test.tree(layer.diffID).write("2", to: "g")
        let error = await #expect(throws: LayerStoreError.self) {
            try await test.layers.blob(for: layer.diffID, compression: .gzip())
        }
        #expect(error?.code == .diffIDMismatch)
        await #expect(throws: LayerStoreError.self) {
            try await test.layers.blob(for: .sha256(of: "nothing"), compression: .gzip())
        }
    }

    @Test func `A layer that was not synced is gone after another boot, and can be made again`() async throws {
        try upper.write("1", to: "f")
        let layer = try await test.layers.commit(upperDirectory: upperPath, epoch: .unixEpoch)
        let place = try DirectoryHandle(test.store.layerPath(of: layer.diffID))
        try place.removeFile("unsynced")
        try place.write("another boot\n", to: "unsynced")
        #expect(try !test.layers.isUnpacked(layer.diffID))
        try test.layers.synchronize()
        #expect(try !test.layers.isUnpacked(layer.diffID))
        try test.top.makeDirectory("upper")
        try test.top.openDirectory("upper").write("1", to: "f")
        #expect(try await test.layers.commit(upperDirectory: upperPath, epoch: .unixEpoch) == layer)
        #expect(try test.layers.isUnpacked(layer.diffID))
        let again = try DirectoryHandle(test.store.layerPath(of: layer.diffID))
        #expect(try again.statusIfExists(of: "unsynced") != nil)
        try test.layers.synchronize()
        #expect(try again.statusIfExists(of: "unsynced") == nil)
        #expect(try test.layers.isUnpacked(layer.diffID))
        #expect(try test.leftovers().isEmpty)
    }
}
