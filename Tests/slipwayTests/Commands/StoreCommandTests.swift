import Archive
import ContentStore
import FileSystem
import OCI
import SystemPackage
import Testing

@testable import slipway

@Suite struct StoreCommandTests {
    private static let now: Int64 = 1_700_000_000

    // MARK: Filters

    @Test(arguments: [
        (["type=exec.cachemount"], ["mount"]), (["type==regular"], ["layer", "old"]),
        (["type=regular", "type=exec.cachemount"], ["layer", "mount", "old"]), (["id=aaaa"], ["layer"]),
        (["id=sha256:aaaa"], ["layer"]), (["id=go"], ["mount"]), (["id~=go"], ["mount"]), (["until=24h"], ["old"]),
        (["until=1699999000"], ["old"]), (["until=1m", "type=exec.cachemount"], []), (["shared"], ["layer"]),
        (["private"], ["mount", "old"]), (["shared=false"], ["mount", "old"]), (["mutable"], ["mount"]),
        (["immutable"], ["layer", "old"]), (["inuse"], []), (["description=make"], ["layer"]),
        (["description~=make", "until=24h"], []), ([], ["layer", "mount", "old"]),
    ])
    func filters(texts: [String], expected: [String]) throws {
        var layer = StoreItem(kind: .layer, id: "sha256:" + String(repeating: "a", count: 64))
        layer.description = "RUN make"
        layer.images = ["app"]
        layer.steps = ["RUN make"]
        layer.lastUsed = Timestamp(seconds: Self.now - 30)
        var mount = StoreItem(kind: .cacheMount, id: "bbbb/0")
        mount.mountID = "go"
        mount.lastUsed = Timestamp(seconds: Self.now - 30)
        var old = StoreItem(kind: .layer, id: "sha256:" + String(repeating: "c", count: 64))
        old.lastUsed = Timestamp(seconds: Self.now - 100_000)
        let filter = try StoreItemFilter(parsing: texts, now: Self.now)
        let found = [("layer", layer), ("mount", mount), ("old", old)].filter { filter.matches($0.1) }.map(\.0)
        #expect(found == expected)
    }

    @Test(arguments: [
        "type=x", "type", "id=", "until", "until=x", "until=-", "colour=red", "shared=maybe", "", "=", "==", "~=",
        "until=1",
    ])
    func badFilters(text: String) throws {
        if text == "until=1" {
            // Seconds since 1970.
            #expect(try StoreItemFilter(parsing: [text], now: Self.now).unusedSince == Timestamp(seconds: 1))
        } else {
            #expect(throws: CommandLineError.self) { try StoreItemFilter(parsing: [text], now: Self.now) }
        }
    }

    // MARK: Settings

    @Test(
        arguments: [
            ([:], HousekeepingPolicy()), (["SLIPWAY_GC": "off"], nil), (["SLIPWAY_GC": "0"], nil),
            (["SLIPWAY_GC": "false"], nil), (["SLIPWAY_GC": ""], HousekeepingPolicy()),
            (["SLIPWAY_GC": "on"], HousekeepingPolicy()), (["SLIPWAY_GC": "1"], HousekeepingPolicy()),
            (["SLIPWAY_GC": "10m"], HousekeepingPolicy(interval: 600_000_000_000)),
            (["SLIPWAY_KEEP_STORAGE": "20g"], HousekeepingPolicy(maximumUsedSpace: .bytes(20 << 30))),
            (["SLIPWAY_KEEP_STORAGE": "10%"], HousekeepingPolicy(maximumUsedSpace: .percentage(10))),
        ] as [([String: String], HousekeepingPolicy?)])
    func settings(environment: [String: String], expected: HousekeepingPolicy?) throws {
        #expect(try HousekeepingPolicy(environment: environment) == expected)
    }

    @Test(arguments: [
        ["SLIPWAY_GC": "soon"], ["SLIPWAY_KEEP_STORAGE": "much"], ["SLIPWAY_KEEP_STORAGE": "101%"],
        ["SLIPWAY_KEEP_STORAGE": "-1%"], ["SLIPWAY_KEEP_STORAGE": "%"], ["SLIPWAY_KEEP_STORAGE": "99999999999999p"],
    ])
    func badSettings(environment: [String: String]) {
        #expect(throws: CommandLineError.self) { try HousekeepingPolicy(environment: environment) }
    }

    // MARK: Commands

    @Test func limitsOfPrune() throws {
        let command = try #require(
            try Program.parse([
                "buildx", "prune", "-af", "--max-used-space", "2g", "--min-free-space=1m", "--keep-storage", "3k",
                "--filter", "until=1h", "--builder", "default",
            ]) as? PruneCommand)
        let policy = try command.policy(now: Self.now)
        #expect(policy.includesAll && command.force)
        #expect(policy.maximumUsedSpace == 2 << 30 && policy.minimumFreeSpace == 1 << 20)
        #expect(policy.reservedSpace == 3 << 10)
        #expect(policy.filter.unusedSince == Timestamp(seconds: Self.now - 3600))
    }

    @Test(arguments: [
        ["prune", "-f", "--max-used-space", "lots"], ["prune", "-f", "--filter", "x=y"], ["du", "--filter", "x=y"],
        ["prune", "-f", "--keep-storage", "1", "--reserved-space", "1"], ["du", "--format", "xml"],
        ["cache", "export", "--mount", "x", "-o", "f", "--compression", "brotli"], ["cache", "import", "--mount", "x"],
        ["cache", "export"],
    ])
    func mistakes(arguments: [String]) async throws {
        let context = try TestContext()
        do {
            #expect(try await context.run(arguments) == .usage)
        } catch {
            #expect(CommandLineAnswer(error).exitCode == .usage)
        }
    }

    @Test func anEmptyStoreHasNothing() async throws {
        let context = try TestContext()
        #expect(try await context.run(["du"]) == .success)
        #expect(context.output.text.contains("Total:          0B"))
        #expect(try await context.run(["prune", "--force=true", "--all=false"]) == .success)
        #expect(context.output.text.hasSuffix("Total:\t0B\n"))
        #expect(try await context.run(["cache", "export", "--mount", "go", "-o", "x"]) == .failure)
        #expect(context.diagnostics.text.contains("no cache mount go"))
    }

    @Test func listingForPrograms() async throws {
        let context = try TestContext()
        let store = try ContentStore.open(root: context.root)
        let layer = try store.put(Array("layer".utf8))
        try store.put(CacheRecord(key: .sha256(of: "k"), payload: [], blobs: [layer], summary: "RUN \u{1B}[31m"))
        try store.close()
        #expect(try await context.run(["du", "--format", "json", "--filter", "type=source.http"]) == .success)
        let object = try JSONValue(parsing: context.output.data.dropLast())
        #expect(object["ID"]?.stringValue == layer.description)
        #expect(object["Reclaimable"] == true)
        #expect(try await context.run(["du"]) == .success)
        // Text of a Dockerfile does not reach the terminal as it stands.
        #expect(!context.output.text.split(separator: "\n").dropFirst().joined().contains("\u{1B}"))
    }

    @Test(
        arguments: [
            (nil, "x.tar", "uncompressed"), (nil, "x.tar.gz", "gzip:4"), (nil, "x.tgz", "gzip:4"),
            (nil, "x.zst", "zstd:3"),
            ("zstd:9", "x.gz", "zstd:9"), ("uncompressed", "x.gz", "uncompressed"), ("gzip", nil, "gzip:4"),
        ] as [(String?, String?, String)])
    func compressionOfExports(flag: String?, file: String?, expected: String) throws {
        let compression = try CacheExportCommand.compression(flag, file: file.map { FilePath($0) })
        #expect(compression.description == expected)
    }
}
