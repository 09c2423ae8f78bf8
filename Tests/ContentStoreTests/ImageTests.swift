import ContentStore
import FileSystem
import Glibc
import OCI
import SystemPackage
import Testing

struct ImageTests {
    let scratch: Scratch
    let store: ContentStore

    init() throws {
        scratch = try Scratch()
        store = try scratch.store()
    }

    private func name(_ text: String) throws -> ImageReference { try ImageReference(parsing: text) }

    @Test func aRecordSaysWhatTheManifestSays() throws {
        let image = try SampleImage.put(["a", "b"], in: store)
        let built = Timestamp(seconds: 1_750_000_000, nanoseconds: 5)
        let records = try store.putImage(image.descriptor, names: [name("b:1"), name("a")], built: built)
        #expect(records.count == 2)
        let record = try #require(try store.image(named: name("a:latest")))
        #expect(record.descriptor == image.descriptor)
        #expect(record.configuration == image.manifest.configuration.digest)
        #expect(record.id == image.manifest.configuration.digest)
        #expect(record.platform == .host)
        #expect(record.built == built)
        #expect(record.size == image.manifest.layersSize)
        #expect(try store.images().map { $0.name?.familiarName } == ["a:latest", "b:1"])
        #expect(try store.manifest(record.descriptor) == image.manifest)
        #expect(try store.configuration(image.manifest.configuration) == image.configuration)
    }

    @Test func findsWhatTheUserMeans() throws {
        let one = try SampleImage.put(["1"], in: store)
        let two = try SampleImage.put(["2"], in: store)
        try store.putImage(one.descriptor, names: [name("ghcr.io/o/app:1"), name("cafe")])
        try store.putImage(two.descriptor, names: [])
        let id = two.manifest.configuration.digest
        for text in ["cafe", "cafe:latest", "docker.io/library/cafe", "ghcr.io/o/app:1"] {
            #expect(try store.image(matching: text).descriptor == one.descriptor, "\(text)")
        }
        let texts = [
            id.description, id.hex, String(id.hex.prefix(12)), "sha256:" + id.hex.prefix(20), two.descriptor.digest.hex,
        ]
        for text in texts { #expect(try store.image(matching: text).descriptor == two.descriptor, "\(text)") }
        let byDigest = try name("ghcr.io/o/app").with(digest: one.descriptor.digest)
        #expect(try store.image(named: byDigest)?.descriptor == one.descriptor)
        #expect(try store.image(named: name("other/app").with(digest: one.descriptor.digest)) == nil)
        for text in ["nope", "", "ghcr.io/o/app", "zz", id.hex.uppercased(), id.hex + "0", "cafe:2"] {
            #expect(storeErrorCode { _ = try store.image(matching: text) } == .noSuchImage, "\(text)")
        }
    }

    @Test func severalBeginningsAreAmbiguous() throws {
        // Of 17 images at least two begin alike.
        let images = try (0..<17).map { try SampleImage.put(["\($0)"], in: store) }
        for image in images { try store.putImage(image.descriptor, names: []) }
        let digits = (0..<16).map { String($0, radix: 16) }
        let codes = digits.map { digit in storeErrorCode { _ = try store.image(matching: digit) } }
        #expect(codes.contains(.ambiguous))
    }

    @Test func namesMoveAndGo() throws {
        let one = try SampleImage.put(["1"], in: store)
        let two = try SampleImage.put(["2"], in: store)
        try store.putImage(one.descriptor, names: [name("app")])
        try store.putImage(two.descriptor, names: [name("app")])
        #expect(try store.images().map(\.descriptor) == [two.descriptor])
        try store.tag(store.image(matching: "app"), as: name("app:old"))
        #expect(try store.images(withID: two.manifest.configuration.digest).count == 2)
        #expect(try store.untag(name("app"))?.descriptor == two.descriptor)
        #expect(try store.untag(name("app")) == nil)
        #expect(try store.removeImages(withID: two.descriptor.digest).map { $0.name?.tag } == ["old"])
        #expect(try store.images().isEmpty)
        #expect(storeErrorCode { try store.putImage(one.manifest.layers[0], names: []) } == .invalidDocument)
    }

    @Test func anImageWithoutNameIsStoredOnce() throws {
        let image = try SampleImage.put(["1"], in: store)
        try store.putImage(image.descriptor, names: [])
        try store.putImage(image.descriptor, names: [])
        #expect(try store.images().count == 1)
        #expect(try store.images()[0].name == nil)
    }

    @Test func aMissingManifestIsNoImage() throws {
        let image = try SampleImage.put(["1"], in: store)
        try store.remove(image.descriptor.digest)
        #expect(storeErrorCode { try store.putImage(image.descriptor, names: []) } == .missingBlob)
    }

    @Test func resolvesIndexes() throws {
        let (index, images) = try SampleImage.putIndex(in: store)
        let arm = try Platform(parsing: "linux/arm64/v8")
        #expect(try store.resolve(index, platform: arm).manifest == images[1].manifest)
        let nested = try store.put(ImageIndex(manifests: [index]).encoded(), mediaType: .ociIndex)
        #expect(try store.resolve(nested, platform: arm).manifest == images[1].manifest)
        #expect {
            try store.resolve(nested, platform: Platform(parsing: "linux/s390x"))
        } throws: {
            ($0 as? StoreError)?.code == .noSuchPlatform
        }
        let record = try store.putImage(index, names: [name("multi")])[0]
        #expect(record.configuration == nil && record.id == index.digest)
        var deep = index
        for _ in 0..<10 { deep = try store.put(ImageIndex(manifests: [deep]).encoded(), mediaType: .ociIndex) }
        #expect(storeErrorCode { _ = try store.resolve(deep, platform: arm) } == .invalidDocument)
        #expect(storeErrorCode { _ = try store.blobs(of: deep) } == .invalidDocument)
    }

    @Test func usageTellsSharedFromUnique() throws {
        let one = try SampleImage.put(["shared", "one"], in: store)
        let two = try SampleImage.put(["shared", "two"], in: store)
        try store.putImage(one.descriptor, names: [name("one"), name("uno")])
        #expect(try store.imageUsage()[one.manifest.configuration.digest]?.shared == 0)
        try store.putImage(two.descriptor, names: [name("two")])
        let usage = try #require(try store.imageUsage()[one.manifest.configuration.digest])
        #expect(usage.shared == one.manifest.layers[0].size)
        let documents = one.descriptor.size + one.manifest.configuration.size
        #expect(usage.unique == one.manifest.layers[1].size + documents)
        #expect(usage.total == one.manifest.layersSize + documents)
    }
}
