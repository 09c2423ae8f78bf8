import Archive
import ContentStore
import FileSystem
import LayerStore
import OCI
import SystemPackage
import Testing

/// Archives made of random entries from a few names that get in each other's way.
struct RandomLayerTests {
    /// A generator that gives the same numbers for the same seed (SplitMix64).
    struct Generator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9e37_79b9_7f4a_7c15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
            return mixed ^ (mixed >> 31)
        }
    }

    private static func path(_ generator: inout Generator) -> FilePath {
        let names = ["a", "b", "a-b", "c", ".wh.a", ".wh.b", ".wh..wh..opq", "..", ".", "a"]
        var path = FilePath()
        for _ in 0..<Int.random(in: 1...3, using: &generator) {
            path.append(names.randomElement(using: &generator) ?? "a")
        }
        return path
    }

    private static func entry(_ generator: inout Generator) -> (TarEntry, String) {
        let path = path(&generator)
        let targets: [FilePath] = ["a", "/", "..", "../../..", "a/b", "/etc/passwd", "c"]
        switch Int.random(in: 0..<10, using: &generator) {
        case 0..<4: return Entry.file(path, String(repeating: "x", count: Int.random(in: 0..<2000, using: &generator)))
        case 4..<7: return Entry.directory(path, mode: [0o755, 0o700, 0, 0o1777].randomElement(using: &generator) ?? 0)
        case 7: return Entry.link(path, to: targets.randomElement(using: &generator) ?? "a")
        case 8: return Entry.hardLink(path, to: Self.path(&generator))
        default: return Entry.other(path, .fifo)
        }
    }

    @Test(arguments: 0..<20)
    func `Whatever is unpacked stays inside, and commits to the same layer again and again`(seed: Int) async throws {
        var generator = Generator(state: UInt64(seed))
        let first = try TestStore()
        let second = try TestStore()
        try first.top.write("untouched", to: "canary")
        var accepted = 0
        for round in 0..<40 {
            let entries = (0..<Int.random(in: 1...12, using: &generator)).map { _ in Self.entry(&generator) }
            let diffID: Digest
            do {
                diffID = try await first.unpack(entries)
            } catch {
                #expect(error is LayerStoreError || error is FileSystemError || error is ArchiveError, "\(error)")
                continue
            }
            accepted += 1
            let name = try #require(FileName("upper\(round)"))
            try #require(shell("cp -a \(first.layers.directory(of: diffID)) \(first.directory)/\(name)") == 0)
            let upper = first.directory.appending("\(name)")
            let layer = try await first.layers.commit(upperDirectory: upper, epoch: Timestamp(seconds: 2_000_000_000))
            let blob = try await first.layers.blob(for: layer.diffID, compression: .uncompressed)
            let copy = try second.store.put(try first.store.read(blob.digest), mediaType: .ociLayer)
            try await second.layers.unpack(diffID: layer.diffID, blob: copy)
            let again = second.directory.appending("\(name)")
            try #require(shell("cp -a \(second.layers.directory(of: layer.diffID)) \(again)") == 0)
            let repeated = try await second.layers.commit(
                upperDirectory: again, epoch: Timestamp(seconds: 2_000_000_000))
            #expect(repeated.diffID == layer.diffID, "round \(round): \(entries.map(\.0.path))")
        }
        #expect(accepted > 3)
        #expect(try first.top.read("canary") == "untouched")
        #expect(try first.leftovers().isEmpty)
    }
}
