import ContentStore
import FileSystem
import OCI
import SystemPackage
import Testing

/// A layout in a directory that is written again and again.
@Suite struct LayoutWritingTests {
    private func inodes(_ root: FilePath) throws -> [String: UInt64] {
        var found: [String: UInt64] = [:]
        let walk = TreeWalk(try DirectoryHandle(root))
        try walk.run { entry in
            if entry.status.kind == .regular { found[entry.path.string] = entry.status.inode }
            return .descend
        }
        return found
    }

    @Test func whatIsThereIsNotWrittenAgain() throws {
        let scratch = try Scratch()
        let store = try scratch.store()
        let image = try SampleImage.put(["one", "two"], in: store)
        let name = try ImageReference(parsing: "shop:1")
        let export = ImageExport([.init(image.descriptor, names: [name])], format: .oci)
        let layout = scratch.file("layout")
        try export.write(from: store, toDirectory: layout)
        let before = try inodes(layout)
        try export.write(from: store, toDirectory: layout)
        #expect(try inodes(layout) == before)
        // A further image adds its own files and changes the index only.
        let other = try SampleImage.put(["one", "three"], in: store)
        try ImageExport([.init(other.descriptor)], format: .oci).write(from: store, toDirectory: layout)
        let after = try inodes(layout)
        for (path, inode) in before where path != "index.json" { #expect(after[path] == inode, "\(path)") }
        #expect(after.count == before.count + 3)
    }

    @Test func aTagMovesAndOthersStay() throws {
        let scratch = try Scratch()
        let store = try scratch.store()
        let images = try ["one", "two", "three"].map { try SampleImage.put([$0], in: store).descriptor }
        let layout = try LayoutDirectory.make(scratch.file("layout"))
        for image in images {
            for blob in try store.blobs(of: image) { try layout.add(blob, from: store) }
        }
        try layout.name(images[0], "latest")
        try layout.name(images[1], "other")
        try layout.name(images[2], "latest")
        let read = try ImageLayout.open(directory: layout.path)
        #expect(try read.select("latest").digest == images[2].digest)
        #expect(try read.select("other").digest == images[1].digest)
        #expect(read.entries.count == 2)
    }

    @Test func unreferencedBlobsGoOnlyWhenAsked() throws {
        let scratch = try Scratch()
        let store = try scratch.store()
        let images = try ["one", "two"].map { try SampleImage.put([$0], in: store).descriptor }
        let layout = try LayoutDirectory.make(scratch.file("layout"))
        for image in images {
            for blob in try store.blobs(of: image) { try layout.add(blob, from: store) }
            try layout.name(image, "latest")
        }
        #expect(try names(layout.path.appending("blobs/sha256")).count == 6)
        try layout.removeUnreferencedBlobs()
        let kept = try store.blobs(of: images[1]).map(\.digest.hex).sorted()
        #expect(try names(layout.path.appending("blobs/sha256")) == kept)
        // What cannot be read keeps everything.
        try layout.name(images[0], "broken")
        #expect(storeErrorCode { try layout.removeUnreferencedBlobs() } == .missingBlob)
        #expect(try names(layout.path.appending("blobs/sha256")) == kept)
    }

    @Test func aDamagedBlobIsNotCopied() throws {
        let scratch = try Scratch()
        let store = try scratch.store()
        let image = try SampleImage.put(["one"], in: store)
        let layer = try #require(image.manifest.layers.first)
        let path = store.path(of: layer.digest)
        try removeTree(path)
        try write([UInt8](repeating: 7, count: Int(layer.size)), path)
        let layout = try LayoutDirectory.make(scratch.file("layout"))
        #expect(storeErrorCode { try layout.add(layer, from: store) } == .corruptBlob)
        #expect(try names(layout.path.appending("blobs/sha256")) == [])
    }
}
