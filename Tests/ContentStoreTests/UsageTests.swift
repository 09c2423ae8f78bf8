import FileSystem
import Glibc
import OCI
import SystemPackage
import Testing

@testable import ContentStore

/// What a store holds, what it takes, and who needs it.
struct UsageTests {
    let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func process<Result>(_ body: (ContentStore) throws -> Result) throws -> Result {
        let store = try scratch.store()
        let result = try body(store)
        try store.close()
        return result
    }

    private func makeLayer(_ diffID: Digest, in store: ContentStore, files: Int = 1) throws {
        let path = store.layerPath(of: diffID).appending("fs")
        try run(["mkdir", "-p", path.string])
        for number in 0..<files { try write(String(repeating: "x", count: 9_000), path.appending("file\(number)")) }
        try run(["ln", path.appending("file0").string, path.appending("link").string])
        try store.put([UnpackedLayer(diffID: diffID, size: 1000, entries: 1)])
    }

    private func inventory() throws -> StoreInventory { try StoreInventory.take(of: scratch.file("store")) }

    private func item(_ id: Digest) throws -> StoreItem {
        try #require(inventory().items.first { $0.id == id.description })
    }

    /// du(1) is the judge.
    @Test func sizesAddUpToWhatDuSays() throws {
        try process { store in
            let image = try SampleImage.put(["a", "b"], in: store)
            try store.putImage(image.descriptor, names: [ImageReference(parsing: "app")])
            for diffID in image.configuration.diffIDs { try makeLayer(diffID, in: store, files: 3) }
            let hold = try #require(try store.holdCacheMount(identity: "go", isExclusive: true))
            try run(["mkdir", "-p", hold.path.appending("deep/er").string])
            try write(String(repeating: "y", count: 70_000), hold.path.appending("deep/er/file"))
            try store.recordUse(of: hold, id: "go", target: "/root/.cache/go-build")
            try run(["truncate", "-s", "10M", hold.path.appending("sparse").string])
        }
        let inventory = try inventory()
        let said = try run(["du", "-sx", "--block-size=1", scratch.file("store").string])
        #expect(said.split(separator: "\t").first.map(String.init) == "\(inventory.total)")
        let kinds = Set(inventory.items.map(\.kind))
        #expect(kinds == [.layer, .blob, .image, .cacheMount, .internal])
        // Measured layers are not measured again.
        try process { _ = try $0.prune(PrunePolicy(), .full) }
        let again = try process { try StoreInventory.take(of: $0.root, try $0.facts(), .unknown).facts }
        #expect(again.layers.values.allSatisfy { $0.disk ?? 0 > 9_000 })
    }

    @Test func whereThereIsNoStoreThereIsNothing() throws {
        #expect(try inventory().items.isEmpty)
        #expect(try names(scratch.path).isEmpty)
    }

    @Test func itemsTellWhyTheyAreKept() throws {
        let only = Digest.sha256(of: "only a step's")
        let image = try process { store in
            let image = try SampleImage.put(["both"], in: store)
            try store.putImage(
                image.descriptor, names: [ImageReference(parsing: "app:1"), ImageReference(parsing: "b")])
            let shared = image.configuration.diffIDs[0]
            try makeLayer(shared, in: store)
            try makeLayer(only, in: store)
            try store.put(CacheRecord(key: .sha256(of: "k1"), payload: [], layers: [shared], summary: "RUN one"))
            try store.put(CacheRecord(key: .sha256(of: "k2"), payload: [], layers: [shared, only], summary: "RUN two"))
            let file = try store.put(Array("file".utf8))
            try store.put(CacheRecord(key: .sha256(of: "k3"), payload: [], blobs: [file], summary: "http://x/file"))
            _ = try store.put(Array("nobody's".utf8))
            return image
        }
        let shared = try item(image.configuration.diffIDs[0])
        #expect(shared.images == ["app:1", "b:latest"] && shared.steps == ["RUN one", "RUN two"] && shared.isShared)
        #expect(!shared.isReclaimable && shared.description == "RUN one")
        let step = try item(only)
        #expect(step.reasons == ["step RUN two"] && step.isReclaimable && !step.isShared && step.lastUsed != nil)
        #expect(try item(.sha256(of: "file")).kind == .download)
        #expect(try item(.sha256(of: "nobody's")).reasons.isEmpty)
        #expect(try item(image.descriptor.digest).description == "documents of app:1")
        let user = try scratch.store()
        try user.pin([only])
        #expect(try item(only).isInUse && !item(only).isReclaimable)
        try user.close()
    }

    @Test(
        arguments: [
            (nil, nil, nil, nil), (nil, 300, nil, 300), (500, 300, nil, 500), (200, nil, nil, 200), (0, 0, 0, nil),
            // 100 are free: 50 more are wanted, or none.
            (nil, nil, 150, 950), (nil, nil, 80, 1000), (nil, 700, 150, 700), (nil, 990, 150, 950),
            (960, nil, 150, 960),
        ] as [(Int64?, Int64?, Int64?, Int64?)])
    func keptSize(reserved: Int64?, maximum: Int64?, free: Int64?, expected: Int64?) {
        var policy = PrunePolicy()
        policy.reservedSpace = reserved
        policy.maximumUsedSpace = maximum
        policy.minimumFreeSpace = free
        #expect(policy.keptSize(used: 1000, free: 100) == expected)
    }

    // MARK: Pruning

    /// Four steps' layers; the first is an image's as well, the second in use.
    private func fill(_ store: ContentStore) throws -> [Digest] {
        let image = try SampleImage.put(["image"], in: store)
        try store.putImage(image.descriptor, names: [ImageReference(parsing: "app")])
        let layers = image.configuration.diffIDs + (1..<4).map { Digest.sha256(of: "layer \($0)") }
        for (number, layer) in layers.enumerated() {
            try makeLayer(layer, in: store)
            let time = Timestamp(seconds: 1000 + Int64(number))
            try store.put(
                CacheRecord(
                    key: .sha256(of: "\(number)"), payload: [], layers: [layer], summary: "RUN \(number)",
                    created: time,
                    lastUsed: time))
        }
        let unnamed = try SampleImage.put(["unnamed"], in: store)
        try store.putImage(unnamed.descriptor, names: [])
        let hold = try #require(try store.holdCacheMount(identity: "go", isExclusive: true))
        try run(["mkdir", hold.path.string])
        try store.recordUse(of: hold, id: "go", target: "/go")
        return layers
    }

    private func records() throws -> [String] { try process { try $0.cacheRecords().map(\.summary).sorted() } }

    @Test func withoutLimitsOnlyImagesAndWhatIsUsedStay() throws {
        let layers = try process(fill)
        let builder = try scratch.store()
        _ = try builder.cacheRecord(for: .sha256(of: "1"))
        let report = try process { try $0.prune(PrunePolicy()) }
        #expect(try records() == ["RUN 0", "RUN 1"])
        #expect(report.records == 2 && report.images == 1)
        #expect(Set(report.items.map(\.kind)) == [.layer, .blob, .image, .cacheMount])
        #expect(try Set(names(scratch.file("store/layers"))) == Set(layers[..<2].map(\.hex)))
        #expect(try names(scratch.file("store/mounts")).isEmpty)
        var everything = PrunePolicy()
        everything.includesAll = true
        #expect(try process { try $0.prune(everything) }.records == 1)
        #expect(try records() == ["RUN 1"])
        try builder.close()
        #expect(try process { try $0.prune(everything) }.items.map(\.id) == [layers[1].description])
        #expect(try process { try $0.prune(everything) }.isEmpty)
        #expect(try process { try $0.images().count } == 1)
    }

    /// A layer that nothing had to look into is there as a blob only; a step that made it is still an image's.
    @Test func stepsOfImagesStayWhoseLayersAreNotUnpacked() throws {
        try process { store in
            let image = try SampleImage.put(["a"], in: store)
            try store.putImage(image.descriptor, names: [ImageReference(parsing: "app")])
            let diffIDs = image.configuration.diffIDs
            for (diffID, blob) in zip(diffIDs, image.manifest.layers) {
                try store.putLayerBlob(blob, diffID: diffID, compression: "gzip:6")
            }
            try store.put(CacheRecord(key: .sha256(of: "k"), payload: [], layers: diffIDs, summary: "COPY a"))
            try store.put(
                CacheRecord(key: .sha256(of: "gone"), payload: [], layers: [.sha256(of: "gone")], summary: "COPY b"))
        }
        #expect(try process { try $0.prune(PrunePolicy()) }.records == 1)
        #expect(try records() == ["COPY a"])
    }

    @Test func theLeastRecentlyUsedGoesFirst() throws {
        _ = try process(fill)
        let size = try #require(inventory().items.first { $0.kind == .layer }).size
        var policy = PrunePolicy()
        policy.filter.kinds = [.layer]
        let cache = try inventory().items.filter(\.isReclaimable).reduce(0) { $0 + $1.size }
        // One layer less has to do.
        policy.maximumUsedSpace = cache - size
        let report = try process { try $0.prune(policy) }
        #expect(try records() == ["RUN 0", "RUN 2", "RUN 3"])
        #expect(report.size >= size && report.size < 2 * size)
        #expect(try process { try $0.prune(policy) }.isEmpty)
    }

    @Test(arguments: [
        ("until", ["RUN 0", "RUN 2", "RUN 3"], 1), ("mount", ["RUN 0", "RUN 1", "RUN 2", "RUN 3"], 0),
        ("id", ["RUN 0", "RUN 1", "RUN 2"], 1), ("none", ["RUN 0", "RUN 1", "RUN 2", "RUN 3"], 1),
    ])
    func filters(name: String, left: [String], mounts: Int) throws {
        let layers = try process(fill)
        var policy = PrunePolicy()
        switch name {
        case "until":
            policy.filter.kinds = [.layer]
            policy.filter.unusedSince = Timestamp(seconds: 1002)
        case "mount": policy.filter.kinds = [.cacheMount]
        case "id": policy.filter.ids = [layers[3].short]
        default: policy.filter.ids = ["nothing has this id"]
        }
        let report = try process { try $0.prune(policy) }
        #expect(try records() == left)
        #expect(try process { try $0.cacheMounts().count } == mounts)
        #expect(report.isEmpty == (name == "none"))
    }

    /// Compressed forms go when everything is asked for, unless they are the only source of their bytes.
    @Test func compressedFormsThatCanBeMadeAgain() throws {
        let own = Digest.sha256(of: "own")
        let foreign = Digest.sha256(of: "foreign")
        try process { store in
            for layer in [own, foreign] { try makeLayer(layer, in: store) }
            for (layer, compression, text) in [(own, "gzip:6", "1"), (foreign, "gzip", "2"), (foreign, "zstd:3", "3")] {
                let blob = try store.put(Array(text.utf8), mediaType: .ociLayerGzip)
                try store.putLayerBlob(blob, diffID: layer, compression: compression)
            }
            var image = ImageConfiguration(platform: .host)
            image.diffIDs = [own, foreign]
            let configuration = try store.put(image.encoded(), mediaType: .ociConfiguration)
            let layers = [own, foreign].map { Descriptor(mediaType: .ociLayer, digest: $0, size: 1) }
            let manifest = ImageManifest(configuration: configuration, layers: layers)
            let descriptor = try store.put(manifest.encoded(), mediaType: .ociManifest)
            try store.putImage(descriptor, names: [ImageReference(parsing: "app")])
        }
        #expect(try process { try $0.prune(PrunePolicy()) }.isEmpty)
        var policy = PrunePolicy()
        policy.includesAll = true
        let removed = try process { try $0.prune(policy) }.items.map(\.id)
        #expect(Set(removed) == Set(["1", "3"].map { Digest.sha256(of: $0).description }))
        #expect(try process { try $0.layerBlobs(foreign).map(\.compression) } == ["gzip"])
    }

    // MARK: By policy

    @Test func theStoreIsLookedAtOnceAnInterval() throws {
        let policy = HousekeepingPolicy(maximumUsedSpace: .bytes(0))
        let start = Timestamp(seconds: 2_000_000_000)
        func keep(after seconds: Int64) throws -> Bool {
            try process { store in
                try store.keepHouse(policy, now: Timestamp(seconds: start.seconds + seconds)) != nil
            }
        }
        // A new store has nothing to remove; afterwards once an hour; a clock that was set back does not stop it.
        #expect(try !keep(after: 0) && !keep(after: 3599) && keep(after: 3600))
        #expect(try !keep(after: 3601) && keep(after: 7300) && keep(after: 100) && !keep(after: 200))
    }

    @Test func housekeepingKeepsToItsLimit() throws {
        let layers = try process(fill)
        let store = try scratch.store()
        let start = Timestamp(seconds: 2_000_000_000)
        let policy = HousekeepingPolicy(maximumUsedSpace: .bytes(0), interval: 0)
        #expect(try store.keepHouse(policy, now: start) == nil)
        _ = try store.cacheRecord(for: .sha256(of: "3"))
        let report = try #require(try store.keepHouse(policy, now: start))
        // What this process uses and what the image needs are left.
        #expect(report.records >= 2 && report.size > 0)
        #expect(try Set(names(scratch.file("store/layers"))) == [layers[0].hex, layers[3].hex])
        try store.close()
    }

    @Test func rulesAreThoseOfBuildKit() {
        let now = Timestamp(seconds: 100_000_000)
        let disk: Int64 = 50_000_000_000
        let rules = HousekeepingPolicy().rules(now: now, total: disk)
        #expect(rules[0].filter.kinds == [.cacheMount, .download, .buildLog, .buildState])
        #expect(rules[0].maximumUsedSpace == 512_000_000)
        #expect(rules[1].filter.unusedSince == Timestamp(seconds: now.seconds - 60 * 86_400))
        #expect(rules[2].maximumUsedSpace == 40_000_000_000 && rules[2].reservedSpace == 5_000_000_000)
        #expect(rules[2].minimumFreeSpace == 10_000_000_000 && !rules[2].includesAll && rules[3].includesAll)
        let large = HousekeepingPolicy().rules(now: now, total: 10_000_000_000_000)
        #expect(large[2].maximumUsedSpace == 100_000_000_000 && large[2].reservedSpace == 10_000_000_000)
        let own = HousekeepingPolicy(maximumUsedSpace: .percentage(1)).rules(now: now, total: disk)
        #expect(own[2].maximumUsedSpace == 500_000_000 && own[2].reservedSpace == 500_000_000)
    }
}
