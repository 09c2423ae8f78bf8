import ContentStore
import FileSystem
import OCI
import SystemPackage
import Testing

/// The stat cache, layers and builds in the index.
struct RecordTests {
    let scratch: Scratch
    let store: ContentStore

    init() throws {
        scratch = try Scratch()
        store = try scratch.store()
    }

    private static let status = FileStatus(
        kind: .regular, mode: 0o644, size: 5, mtime: Timestamp(seconds: 1_700_000_000, nanoseconds: 1),
        ctime: Timestamp(seconds: 1_700_000_001, nanoseconds: 2), inode: .max)

    @Test func anUnchangedFileIsKnown() throws {
        let digest = Digest.sha256(of: "x")
        // Names are bytes.
        let paths = [FilePath("a"), FilePath("d/ü"), FilePath(bytes: [0x61, 0xff, 0x62])]
        var cache = try store.statCache(context: "/c")
        for path in paths {
            #expect(cache.digest(of: path, Self.status) == nil)
            cache.record(path, Self.status, digest: digest)
        }
        try store.save(cache)
        var again = try scratch.store().statCache(context: "/c")
        #expect(again.count == 3)
        for path in paths { #expect(again.digest(of: path, Self.status) == digest) }
        #expect(try store.statCache(context: "/other").count == 0)
    }

    @Test(
        arguments: [
            { $0.size += 1 }, { $0.inode -= 1 }, { $0.mtime.nanoseconds += 1 }, { $0.ctime.nanoseconds -= 1 },
        ] as [@Sendable (inout FileStatus) -> Void])
    func aChangedFileIsNot(_ change: @Sendable (inout FileStatus) -> Void) throws {
        var cache = try store.statCache(context: "/c")
        cache.record("a", Self.status, digest: .sha256(of: "x"))
        var changed = Self.status
        change(&changed)
        #expect(cache.digest(of: "a", changed) == nil)
        cache.record("a", changed, digest: .sha256(of: "y"))
        try store.save(cache)
        var again = try store.statCache(context: "/c")
        #expect(again.digest(of: "a", changed) == .sha256(of: "y"))
    }

    @Test func aFileThatChangedJustNowIsNotTrusted() throws {
        var cache = try store.statCache(context: "/c")
        var status = Self.status
        status.ctime = .now
        cache.record("a", status, digest: .sha256(of: "x"))
        #expect(cache.count == 0)
        status.ctime = Self.status.ctime
        status.mtime = Timestamp(seconds: .max)
        cache.record("a", status, digest: .sha256(of: "x"))
        #expect(cache.count == 0)
    }

    @Test func manyFilesAreKept() throws {
        let digests = (0..<3000).map { Digest.sha256(of: "\($0)") }
        var cache = try store.statCache(context: "/c")
        for (number, digest) in digests.enumerated() {
            cache.record(FilePath("directory/\(number)"), Self.status, digest: digest)
        }
        try store.save(cache)
        var again = try store.statCache(context: "/c")
        for (number, digest) in digests.enumerated() {
            #expect(again.digest(of: FilePath("directory/\(number)"), Self.status) == digest)
        }
        // One of many small files is sooner hashed again than all are written; a large one is not.
        again.record("directory/7", Self.status, digest: .sha256(of: "new"))
        try store.save(again)
        again = try store.statCache(context: "/c")
        #expect(again.digest(of: "directory/7", Self.status) == digests[7])
        var large = Self.status
        large.size = 1 << 30
        again.record("directory/7", large, digest: .sha256(of: "new"))
        try store.save(again)
        again = try store.statCache(context: "/c")
        #expect(again.count == 3000)
        #expect(again.digest(of: "directory/7", large) == .sha256(of: "new"))
        #expect(again.digest(of: "directory/8", Self.status) == digests[8])
    }

    @Test func manyChangesAreKept() throws {
        var cache = try store.statCache(context: "/c")
        for number in 0..<200 { cache.record(FilePath("\(number)"), Self.status, digest: .sha256(of: "old")) }
        try store.save(cache)
        cache = try store.statCache(context: "/c")
        for number in 0..<3 { cache.record(FilePath("\(number)"), Self.status, digest: .sha256(of: "new")) }
        try store.save(cache)
        cache = try store.statCache(context: "/c")
        #expect(cache.digest(of: "2", Self.status) == .sha256(of: "new"))
    }

    @Test func writtenFilesAreKnownUntilTheyAreTouched() throws {
        let (content, path): (Digest, FilePath) = (.sha256(of: "archive"), "/somewhere/out.tar")
        try store.recordWritten(content, to: path, Self.status)
        #expect(try store.isWritten(content, to: path, Self.status))
        #expect(try !store.isWritten(.sha256(of: "other"), to: path, Self.status))
        #expect(try !store.isWritten(content, to: "/elsewhere/out.tar", Self.status))
        for change: (inout FileStatus) -> Void in [
            { $0.size += 1 }, { $0.mtime.seconds += 1 }, { $0.ctime.nanoseconds += 1 }, { $0.inode -= 1 },
            { $0.kind = .symbolicLink },
        ] {
            var status = Self.status
            change(&status)
            #expect(try !store.isWritten(content, to: path, status))
        }
        // A file that has changed only just now may change again and look the same.
        var late = Self.status
        late.ctime = Timestamp(seconds: Timestamp.now.seconds + 10)
        try store.recordWritten(.sha256(of: "late"), to: path, late)
        #expect(try !store.isWritten(.sha256(of: "late"), to: path, late))
        for number in 0..<150 { try store.recordWritten(content, to: FilePath("/\(number)"), Self.status) }
        #expect(try !store.isWritten(content, to: path, Self.status))
        #expect(try store.isWritten(content, to: "/149", Self.status))
    }

    @Test func attributesAreKnownOfUnchangedFilesOnly() throws {
        var cache = try store.statCache(context: "/c")
        cache.record("plain", Self.status, digest: .sha256(of: "x"), isPlain: true)
        cache.record("other", Self.status, digest: .sha256(of: "x"))
        try store.save(cache)
        cache = try store.statCache(context: "/c")
        #expect(cache.isPlain("plain", Self.status) && !cache.isPlain("other", Self.status))
        var changed = Self.status
        changed.ctime.nanoseconds += 1
        #expect(!cache.isPlain("plain", changed) && !cache.isPlain("unknown", Self.status))
    }

    @Test(arguments: [1, 71, 72, 73, 100, 145]) func aDamagedStatCacheIsEmpty(_ length: Int) throws {
        var cache = try store.statCache(context: "/c")
        for name in ["aa", "bb"] { cache.record(FilePath(name), Self.status, digest: .sha256(of: name)) }
        try store.save(cache)
        try run([
            "sqlite3", scratch.file("store/index.sqlite").string,
            "UPDATE stat_caches SET files = CAST(substr(files, 1, \(length)) AS BLOB)",
        ])
        #expect(try store.statCache(context: "/c").count == 0)
        try run([
            "sqlite3", scratch.file("store/index.sqlite").string,
            "UPDATE stat_caches SET files = CAST(x'ffffffff' || zeroblob(\(length * 2)) AS BLOB)",
        ])
        #expect(try store.statCache(context: "/c").count == 0)
    }

    @Test func forgetsWhatIsGone() throws {
        var cache = try store.statCache(context: "/c")
        for name in ["a", "b"] { cache.record(FilePath(name), Self.status, digest: .sha256(of: name)) }
        try store.save(cache)
        var second = try store.statCache(context: "/c")
        _ = second.digest(of: "b", Self.status)
        try store.save(second)
        #expect(try store.statCache(context: "/c").count == 2)
        try store.save(second, forgettingOthers: true)
        #expect(try store.statCache(context: "/c").count == 1)
    }

    @Test func layersAndTheirBlobs() throws {
        let diffID = Digest.sha256(of: "l")
        #expect(try store.unpackedLayer(diffID) == nil)
        let layer = UnpackedLayer(
            diffID: diffID, size: 7, entries: 3, created: Timestamp(seconds: 1), lastUsed: Timestamp(seconds: 2))
        try store.put([layer])
        #expect(try store.unpackedLayer(diffID) == layer)
        try store.markUsed(layers: [diffID])
        #expect(try #require(try store.unpackedLayer(diffID)).lastUsed > Timestamp(seconds: 1_700_000_000))
        let blob = try store.put(Array("z".utf8), mediaType: .ociLayerZstd)
        try store.putLayerBlob(blob, diffID: diffID, compression: "zstd:3")
        #expect(try store.layerBlobs(diffID) == [LayerBlob(compression: "zstd:3", descriptor: blob)])
        // A blob that is gone was never made.
        try store.remove(blob.digest)
        #expect(try store.layerBlob(diffID, compression: "zstd:3") == nil)
        try store.removeUnpackedLayer(diffID)
        #expect(try store.unpackedLayers().isEmpty)
    }

    @Test func remembersBuilds() throws {
        let first = try store.put(BuildRecord(started: Timestamp(seconds: 5), payload: [1]))
        let second = try store.put(BuildRecord(started: Timestamp(seconds: 6), payload: [2]))
        try store.put(BuildRecord(id: first, started: Timestamp(seconds: 5), payload: [3]))
        let records = try store.buildRecords()
        #expect(records.map(\.id) == [second, first])
        #expect(records.map(\.payload) == [[2], [3]])
        #expect(try store.buildRecords(limit: 1).count == 1)
    }

    @Test func cacheRecordsComeBackWhole() throws {
        let record = CacheRecord(
            key: .sha256(of: "k"), payload: [0, 255, 0], layers: [.sha256(of: "1"), .sha256(of: "2")],
            blobs: [.sha256(of: "3")], summary: "COPY ü /", created: Timestamp(seconds: -1, nanoseconds: 999_999_999),
            lastUsed: Timestamp(seconds: 5))
        try store.put(record)
        let again = try #require(try scratch.store().cacheRecord(for: record.key))
        #expect(again == record)
        #expect(try #require(try store.cacheRecords().first).lastUsed > record.lastUsed)
        try store.removeCacheRecord(for: record.key)
        #expect(try store.cacheRecord(for: record.key) == nil)
    }

    @Test func selectionsCountAsLongAsTheContextIsTheSame() throws {
        let (purpose, other) = (Digest.sha256(of: "COPY . ."), Digest.sha256(of: "COPY src ."))
        let (before, after) = (Digest.sha256(of: "state 1"), Digest.sha256(of: "state 2"))
        // Selections go with the files of their context.
        var files = try store.statCache(context: "/c")
        files.record("f", Self.status, digest: before)
        try store.save(files)
        var selections = try store.selectionDigests(context: "/c")
        #expect(selections.digest(for: purpose, fingerprint: before) == nil)
        selections.record(.sha256(of: "1"), for: purpose, fingerprint: before)
        try store.save(selections)

        var again = try scratch.store().selectionDigests(context: "/c")
        #expect(again.digest(for: purpose, fingerprint: before) == .sha256(of: "1"))
        #expect(again.digest(for: purpose, fingerprint: after) == nil)
        #expect(again.digest(for: other, fingerprint: before) == nil)
        #expect(try store.selectionDigests(context: "/d").digest(for: purpose, fingerprint: before) == nil)

        again.record(.sha256(of: "2"), for: purpose, fingerprint: after)
        try store.save(again)
        let last = try store.selectionDigests(context: "/c")
        #expect(last.digest(for: purpose, fingerprint: after) == .sha256(of: "2"))
        #expect(last.digest(for: purpose, fingerprint: before) == nil)
    }

    @Test func membersAreFoundInTheirNewestBlob() throws {
        func blob(_ text: String, _ members: [KeptMember]) throws -> Descriptor {
            let descriptor = try store.put(Array(text.utf8), mediaType: .ociLayerGzip)
            try store.putLayerBlob(
                descriptor, diffID: .sha256(of: "diff \(text)"), compression: "gzip:6", members: members)
            return descriptor
        }
        #expect(try store.keptMember([1]) == nil)
        let first = try blob(
            "first", [KeptMember(key: [1], offset: 0, length: 2), KeptMember(key: [2], offset: 2, length: 3)])
        let second = try blob("second", [KeptMember(key: [1], offset: 4, length: 2)])
        #expect(try store.keptMember([1])?.blob == second.digest)
        #expect(try store.keptMember([1])?.place == KeptMember(key: [1], offset: 4, length: 2))
        #expect(try scratch.store().keptMember([2])?.blob == first.digest)
    }
}
