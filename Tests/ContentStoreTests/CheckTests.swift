import ContentStore
import FileSystem
import Glibc
import OCI
import SystemPackage
import Testing

/// Each way in which a store can be broken is found, and can be repaired.
struct CheckTests {
    let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func fill(_ store: ContentStore) throws -> SampleImage {
        let image = try SampleImage.put(["a"], in: store)
        try store.putImage(image.descriptor, names: [ImageReference(parsing: "app")])
        let file = try store.put(Array("file".utf8))
        try store.put(CacheRecord(key: .sha256(of: "k"), payload: [], blobs: [file], summary: "RUN x"))
        return image
    }

    private func problems(_ store: ContentStore, hashes: Bool = true) throws -> [String] {
        try store.check(hashesBlobs: hashes).map { $0.kind.rawValue }
    }

    @Test func aWholeStoreHasNoProblems() throws {
        let store = try scratch.store()
        _ = try fill(store)
        #expect(try store.check(hashesBlobs: true).isEmpty)
    }

    @Test(arguments: [
        "damaged blob", "missing configuration", "missing manifest", "missing layer", "missing file of a record",
        "foreign file", "no blob", "lost layer", "open to others",
    ])
    func whatIsWrongIsFound(fault: String) throws {
        let store = try scratch.store()
        let image = try fill(store)
        func remove(_ digest: Digest) throws { try store.remove(digest) }
        let expected: [String]
        switch fault {
        case "damaged blob":
            let path = store.path(of: .sha256(of: "file"))
            try run(["chmod", "u+w", path.string])
            try write("other", path)
            #expect(try problems(store, hashes: false).isEmpty)
            expected = ["blob"]
        case "missing configuration":
            try remove(image.manifest.configuration.digest)
            expected = ["image"]
        case "missing manifest":
            try remove(image.descriptor.digest)
            expected = ["image"]
        case "missing layer":
            try remove(image.manifest.layers[0].digest)
            expected = ["image"]
        case "missing file of a record":
            try remove(.sha256(of: "file"))
            expected = ["record"]
        case "foreign file":
            try write("x", scratch.file("store/notes.txt"))
            expected = ["leftover"]
        case "no blob":
            try write("x", scratch.file("store/blobs/sha256/notes.txt"))
            expected = ["leftover"]
        case "lost layer":
            try store.put([UnpackedLayer(diffID: .sha256(of: "layer"), size: 1, entries: 1)])
            expected = ["leftover"]
        default:
            try run(["chmod", "o+w", scratch.file("store/tmp").string])
            expected = ["directory"]
        }
        let found = try store.check(hashesBlobs: true)
        #expect(found.map(\.kind.rawValue) == expected)
        #expect(found.allSatisfy { !$0.help.isEmpty && !$0.message.isEmpty })
        let repaired = try store.repair(found)
        guard !repaired.isEmpty else { return }
        // What is removed may leave a record without what it points to.
        _ = try store.repair(store.check(hashesBlobs: true))
        #expect(try store.check(hashesBlobs: true).isEmpty)
    }

    @Test func imagesOfOtherPlatformsMayBeMissing() throws {
        let store = try scratch.store()
        let (index, images) = try SampleImage.putIndex(in: store)
        try store.putImage(index, names: [ImageReference(parsing: "multi")])
        #expect(try store.check(hashesBlobs: true).isEmpty)
        try store.remove(try #require(images.first).descriptor.digest)
        #expect(try store.check(hashesBlobs: true).isEmpty)
    }
}
