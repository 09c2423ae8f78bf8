import ContentStore
import FileSystem
import Glibc
import OCI
import SystemPackage
import Testing

struct GarbageTests {
    let scratch: Scratch

    init() throws { scratch = try Scratch() }

    /// Runs `body` as a process of its own would, whose pins are gone afterwards.
    private func process<Result>(_ body: (ContentStore) throws -> Result) throws -> Result {
        let store = try scratch.store()
        let result = try body(store)
        try store.close()
        return result
    }

    private func collect(_ policy: GarbagePolicy = GarbagePolicy()) throws -> GarbageReport {
        try process { try $0.collectGarbage(policy) }
    }

    private var blobs: Set<String> {
        get throws { Set(try names(scratch.file("store/blobs/sha256"))) }
    }

    private func makeLayer(_ diffID: Digest, in store: ContentStore) throws {
        try run(["mkdir", "-p", store.layerPath(of: diffID).appending("fs").string])
        try store.put([UnpackedLayer(diffID: diffID, size: 1000, entries: 1)])
    }

    @Test func takesWhatNothingRefersTo() throws {
        let name = try ImageReference(parsing: "app")
        let (kept, gone) = try process { store in
            let kept = try SampleImage.put(["kept", "both"], in: store)
            let gone = try SampleImage.put(["gone", "both"], in: store)
            try store.putImage(kept.descriptor, names: [name])
            for diffID in kept.configuration.diffIDs + gone.configuration.diffIDs { try makeLayer(diffID, in: store) }
            return (kept, gone)
        }
        let report = try collect()
        #expect(report.blobs == 3 && report.layers == 1 && report.records == 0 && report.images == 0)
        let expectedSize = gone.descriptor.size + gone.manifest.configuration.size + gone.manifest.layers[0].size + 1000
        #expect(report.size == expectedSize)
        let digests = [kept.descriptor, kept.manifest.configuration] + kept.manifest.layers
        #expect(try blobs == Set(digests.map(\.digest.hex)))
        #expect(try Set(names(scratch.file("store/layers"))) == Set(kept.configuration.diffIDs.map(\.hex)))
        #expect(try process { try $0.unpackedLayers().count } == 2)
        #expect(try collect() == GarbageReport())
        _ = try process { try $0.untag(name) }
        #expect(try collect().blobs == 4)
        #expect(try names(scratch.file("store/tmp")).isEmpty)
    }

    @Test func sparesWhatRunningProcessesUse() throws {
        let builder = try scratch.store()
        let image = try SampleImage.put(["a"], in: builder)
        try makeLayer(image.configuration.diffIDs[0], in: builder)
        let lease = try builder.lease()
        let onlyLeased = try process { try $0.put(Array("leased".utf8)) }
        try lease.pin([onlyLeased])
        #expect(try collect() == GarbageReport())
        try lease.end()
        #expect(try collect().blobs == 1)
        // What a session only looked up counts as well, and so does all that a pinned manifest consists of.
        try builder.close()
        try builder.pin([image.descriptor.digest])
        #expect(try collect() == GarbageReport())
        try builder.close()
        let report = try collect()
        #expect(report.blobs == 3 && report.layers == 1)
    }

    @Test func cacheRecordsKeepTheirLayers() throws {
        let layer = Digest.sha256(of: "layer")
        let (blob, compressed) = try process { store in
            let blob = try store.put(Array("blob".utf8))
            let compressed = try store.put(Array("gz".utf8), mediaType: .ociLayerGzip)
            try makeLayer(layer, in: store)
            try store.putLayerBlob(compressed, diffID: layer, compression: "gzip:6")
            try store.put(
                CacheRecord(key: .sha256(of: "k"), payload: [], layers: [layer], blobs: [blob], summary: "RUN x"))
            return (blob, compressed)
        }
        #expect(try collect() == GarbageReport())
        #expect(try process { try $0.layerBlob(layer, compression: "gzip:6") } == compressed)
        #expect(try process { try $0.layerBlob(layer, compression: "zstd:3") } == nil)
        #expect(try process { try $0.cacheRecords().first?.summary } == "RUN x")
        let report = try collect(GarbagePolicy(records: .none))
        #expect(report.records == 1 && report.layers == 1 && report.blobs == 2)
        #expect(try process { try $0.layerBlob(layer, compression: "gzip:6") } == nil)
        #expect(try !blobs.contains(blob.hex))
    }

    @Test func oldRecordsGoFirst() throws {
        let layers = (0..<4).map { Digest.sha256(of: "layer \($0)") }
        try process { store in
            for (number, layer) in layers.enumerated() {
                try makeLayer(layer, in: store)
                let time = Timestamp(seconds: 1000 + Int64(number))
                try store.put(
                    CacheRecord(
                        key: .sha256(of: "\(number)"), payload: [], layers: [layer], created: time, lastUsed: time))
            }
        }
        #expect(try collect(GarbagePolicy(records: .usedSince(Timestamp(seconds: 1001)))).records == 1)
        #expect(try process { Set(try $0.cacheRecords().map(\.key)) } == Set((1..<4).map { .sha256(of: "\($0)") }))
    }

    @Test func imagesWithoutNameGoWhenAsked() throws {
        let image = try process { store in
            let image = try SampleImage.put(["a"], in: store)
            try store.putImage(image.descriptor, names: [])
            return image
        }
        #expect(try collect() == GarbageReport())
        let report = try collect(GarbagePolicy(keepsUnnamedImages: false))
        #expect(report.images == 1 && report.blobs == 3)
        #expect(try !blobs.contains(image.descriptor.digest.hex))
    }

    @Test func aDamagedImageDoesNotStopTheCollection() throws {
        let path = try process { store in
            let image = try SampleImage.put(["a"], in: store)
            try store.putImage(image.descriptor, names: [ImageReference(parsing: "broken")])
            _ = try store.put(Array("garbage".utf8))
            return store.path(of: image.manifest.configuration.digest)
        }
        try path.withPlatformString { try #require(chmod($0, 0o644) == 0) }
        try write("{", path)
        #expect(try collect().blobs == 1)
        #expect(try blobs.contains(try #require(path.lastComponent).string))
    }

    @Test func multiPlatformImagesStayWhole() throws {
        try process { store in
            let (index, _) = try SampleImage.putIndex(in: store)
            try store.putImage(index, names: [ImageReference(parsing: "multi")])
        }
        let before = try blobs
        #expect(try collect() == GarbageReport())
        #expect(try blobs == before)
    }
}
