import Archive
import ContentStore
import FileSystem
import Glibc
import OCI
import SystemPackage
import Testing

/// The index lost, damaged, older or newer than the program: no image goes with it.
struct RestoreTests {
    let scratch: Scratch
    var root: FilePath { scratch.file("store") }
    var index: FilePath { root.appending("index.sqlite") }

    init() throws { scratch = try Scratch() }

    /// A store with two named images, one of them twice, an index of two platforms and an image without name.
    private func fill() throws -> [ImageRecord] {
        let store = try scratch.store()
        let one = try SampleImage.put(["one"], in: store)
        try store.putImage(
            one.descriptor,
            names: [try ImageReference(parsing: "one:1"), try ImageReference(parsing: "r.example/a/b:2")])
        try store.putImage(
            try SampleImage.put(["two", "three"], in: store, compression: .zstd()).descriptor, names: [])
        try store.putImage(try SampleImage.putIndex(in: store).index, names: [try ImageReference(parsing: "many")])
        try store.putImage(
            try SampleImage.put(["gone"], in: store).descriptor, names: [try ImageReference(parsing: "gone")])
        try store.untag(try ImageReference(parsing: "gone"))
        try store.put(CacheRecord(key: .sha256(of: "k"), payload: [1]))
        return try store.images()
    }

    private func withoutTimes(_ records: [ImageRecord]) -> [ImageRecord] {
        records.map { record in
            var record = record
            record.built = .unixEpoch
            return record
        }
    }

    private func remove(_ names: String...) {
        for name in names { _ = root.appending(name).withPlatformString { unlink($0) } }
    }

    @Test func aLostIndexIsMadeAnew() throws {
        let before = try fill()
        #expect(before.count == 4)
        remove("index.sqlite", "index.sqlite-wal", "index.sqlite-shm")
        let store = try scratch.store()
        #expect(try withoutTimes(store.images()) == withoutTimes(before))
        #expect(try store.images().allSatisfy { $0.built > .unixEpoch })
        #expect(try store.cacheRecord(for: .sha256(of: "k")) == nil)
        // What is not compressed again has the digest it had.
        let image = try store.resolve(try store.image(matching: "one:1").descriptor, platform: .host)
        let layer = try #require(image.layers.first)
        #expect(try store.layerBlobs(layer.diffID).map(\.descriptor.digest) == [layer.descriptor.digest])
        // Names that are changed afterwards are written as before.
        try store.untag(try ImageReference(parsing: "one:1"))
        remove("index.sqlite", "index.sqlite-wal", "index.sqlite-shm")
        #expect(try scratch.store().images().count == 3)
    }

    /// Damage of every kind is one clear error; putting the index aside brings all images back.
    @Test(arguments: ["emptied", "cut", "header", "first page", "pages", "noise"])
    func aDamagedIndexIsPutAside(damage: String) throws {
        let before = try fill()
        var bytes = try read(index)
        remove("index.sqlite-wal", "index.sqlite-shm")
        func spoil(_ range: Range<Int>) {
            for place in range where place < bytes.count { bytes[place] = UInt8(truncatingIfNeeded: place &* 31 &+ 7) }
        }
        switch damage {
        case "emptied": bytes = []
        case "cut": bytes = Array(bytes.prefix(5000))
        case "header": spoil(0..<16)
        case "first page": spoil(100..<4096)
        case "pages": for page in stride(from: 4096, to: bytes.count, by: 4096) { spoil(page..<page + 200) }
        default: spoil(0..<bytes.count)
        }
        try write(bytes, index)
        var found: [ImageRecord]?
        do {
            found = try scratch.store().images()
        } catch let error as StoreError {
            #expect(error.code == .corruptIndex && error.message.contains("slipway doctor --repair"), "\(error)")
        }
        if damage == "emptied" {
            #expect(withoutTimes(found ?? []) == withoutTimes(before))
        } else {
            #expect(found == nil)
            try ContentStore.setIndexAside(root: root)
            #expect(try names(root).contains("index.damaged"))
            #expect(try withoutTimes(scratch.store().images()) == withoutTimes(before))
            #expect(try scratch.store().check(hashesBlobs: true).allSatisfy(\.isHarmless))
        }
    }

    @Test func anIndexInUseIsNotPutAside() throws {
        _ = try fill()
        let other = try scratch.store()
        let lease = try other.lease()
        #expect(storeErrorCode { try ContentStore.setIndexAside(root: root) } == .busy)
        #expect(try names(root).contains("index.sqlite"))
        try lease.end()
    }

    /// An image that is not whole is left out, and a file of names that is none is an error and not an empty store.
    @Test func whatIsMissingIsLeftOut() throws {
        let before = try fill()
        let image = try #require(before.first { $0.name?.familiarName == "one:1" })
        remove("index.sqlite", "index.sqlite-wal", "index.sqlite-shm", "blobs/sha256/\(image.descriptor.digest.hex)")
        #expect(try scratch.store().images().count == 2)
        remove("index.sqlite", "index.sqlite-wal", "index.sqlite-shm")
        try write("[", root.appending("images.json"))
        #expect(storeErrorCode { _ = try scratch.store() } != nil)
    }

    /// What a killed process leaves of the file does no harm.
    @Test func halfAFileOfNames() throws {
        let before = try fill()
        try write("{\"sche", root.appending("images.json.new"))
        let store = try scratch.store()
        try store.tag(try #require(before.first), as: try ImageReference(parsing: "another"))
        #expect(try !names(root).contains("images.json.new"))
        #expect(try store.check(hashesBlobs: false).isEmpty)
    }

    /// The tables as the versions up to each had them, recorded when they were written.
    private static let recorded: [[String]] = [
        [
            """
            CREATE TABLE images (id INTEGER PRIMARY KEY, name TEXT UNIQUE, digest TEXT NOT NULL, descriptor TEXT NOT NULL,
                configuration TEXT, platform TEXT, built INTEGER NOT NULL, size INTEGER NOT NULL)
            """,
            "CREATE UNIQUE INDEX unnamed_images ON images (digest) WHERE name IS NULL",
            """
            CREATE TABLE cache_records (key TEXT PRIMARY KEY, payload BLOB NOT NULL, layers TEXT NOT NULL,
                blobs TEXT NOT NULL, summary TEXT NOT NULL, created INTEGER NOT NULL, used INTEGER NOT NULL) WITHOUT ROWID
            """,
            """
            CREATE TABLE layer_blobs (diff_id TEXT NOT NULL, compression TEXT NOT NULL, descriptor TEXT NOT NULL,
                PRIMARY KEY (diff_id, compression)) WITHOUT ROWID
            """,
            """
            CREATE TABLE layers (diff_id TEXT PRIMARY KEY, size INTEGER NOT NULL, entries INTEGER NOT NULL,
                created INTEGER NOT NULL, used INTEGER NOT NULL) WITHOUT ROWID
            """,
            """
            CREATE TABLE builds (id INTEGER PRIMARY KEY AUTOINCREMENT, started INTEGER NOT NULL, payload BLOB NOT NULL)
            """,
            "CREATE TABLE pins (lease TEXT NOT NULL, digest TEXT NOT NULL, PRIMARY KEY (lease, digest)) WITHOUT ROWID",
            "CREATE TABLE contexts (x)", "CREATE TABLE stat_cache (x)",
        ],
        [
            "DROP TABLE stat_cache", "DROP TABLE contexts",
            "CREATE TABLE stat_caches (context TEXT PRIMARY KEY, used INTEGER NOT NULL, files BLOB NOT NULL)",
        ],
        [
            """
            CREATE TABLE context_selections (context TEXT NOT NULL, purpose BLOB NOT NULL, fingerprint BLOB NOT NULL,
                digest TEXT NOT NULL, PRIMARY KEY (context, purpose)) WITHOUT ROWID
            """,
            """
            CREATE TABLE members (key BLOB PRIMARY KEY, blob TEXT NOT NULL, offset INTEGER NOT NULL,
                length INTEGER NOT NULL) WITHOUT ROWID
            """,
        ],
        [
            "ALTER TABLE layers ADD COLUMN disk INTEGER",
            """
            CREATE TABLE cache_mounts (directory TEXT PRIMARY KEY, id TEXT NOT NULL, target TEXT NOT NULL,
                created INTEGER NOT NULL, used INTEGER NOT NULL, uses INTEGER NOT NULL, imported INTEGER NOT NULL)
                WITHOUT ROWID
            """,
            "CREATE TABLE housekeeping (name TEXT PRIMARY KEY, time INTEGER NOT NULL) WITHOUT ROWID",
        ],
        [
            """
            CREATE TABLE steps (id INTEGER PRIMARY KEY AUTOINCREMENT, build INTEGER NOT NULL, definition TEXT NOT NULL UNIQUE,
                content TEXT NOT NULL, dockerfile TEXT NOT NULL, stage TEXT NOT NULL, position INTEGER NOT NULL,
                instruction TEXT NOT NULL, inputs BLOB NOT NULL)
            """,
            "CREATE INDEX steps_by_content ON steps (content)",
            "CREATE INDEX steps_by_place ON steps (dockerfile, stage, position)",
            "CREATE INDEX steps_by_instruction ON steps (instruction, stage)",
            "CREATE INDEX steps_by_build ON steps (build)",
            """
            CREATE TABLE selections (digest TEXT PRIMARY KEY, build INTEGER NOT NULL, size INTEGER NOT NULL,
                files BLOB NOT NULL)
            """,
            "CREATE INDEX selections_by_build ON selections (build)",
        ],
        [
            """
            CREATE TABLE written_files (path TEXT PRIMARY KEY, content TEXT NOT NULL, size INTEGER NOT NULL,
                modified INTEGER NOT NULL, changed INTEGER NOT NULL, inode INTEGER NOT NULL, written INTEGER NOT NULL)
                WITHOUT ROWID
            """
        ],
    ]

    /// A store of each earlier version is brought to the present one with all that was in it.
    @Test(arguments: 1...6)
    func earlierVersions(version: Int) throws {
        let before = try fill()
        let rows = try run([
            "sqlite3", index.string, ".mode insert images", "SELECT * FROM images",
        ])
        remove("index.sqlite", "index.sqlite-wal", "index.sqlite-shm", "images.json")
        let key = Digest.sha256(of: "k")
        let statements =
            Self.recorded[..<version].joined() + [
                "INSERT INTO cache_records VALUES ('\(key)', x'2a', '', '', 'step', 1, 1)",
                "PRAGMA application_id = \(0x534c_5057)", "PRAGMA user_version = \(version)",
                "PRAGMA journal_mode = WAL",
            ]
        try run(["sqlite3", index.string, statements.joined(separator: ";\n") + ";\n" + rows])
        let store = try scratch.store()
        #expect(try store.images() == before)
        #expect(try store.cacheRecord(for: key)?.payload == [0x2a])
        // The newest tables are there: what uses them works.
        try store.recordRepository(try ImageReference(parsing: "r.example/a:1"), of: [])
        #expect(try store.check(hashesBlobs: false).isEmpty)
        #expect(try run(["sqlite3", index.string, "PRAGMA user_version"]) == "7\n")
    }
}
