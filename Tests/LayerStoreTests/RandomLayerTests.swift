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

    /// One of eight archives has names that make no sense where they are.
    private static func path(_ generator: inout Generator, hostile: Bool) -> FilePath {
        let names = ["a", "b", "a-b", "c"]
        let special = [".wh.a", ".wh.b", ".wh..wh..opq", "."]
        var path = FilePath()
        for _ in 0..<Int.random(in: 0...2, using: &generator) {
            let odd = hostile ? special + [".."] : names
            path.append((names + odd).randomElement(using: &generator) ?? "a")
        }
        path.append((names + names + special).randomElement(using: &generator) ?? "a")
        return path
    }

    private static func entries(_ generator: inout Generator) -> [(TarEntry, String)] {
        let isHostile = Int.random(in: 0..<8, using: &generator) == 0
        var entries: [(TarEntry, String)] = []
        for _ in 0..<Int.random(in: 1...10, using: &generator) {
            let path = path(&generator, hostile: isHostile)
            let targets: [FilePath] = ["a", "/", "..", "../../..", "a/b", "/etc/passwd", "c"]
            let files = entries.filter { $0.0.kind == .file && $0.0.path.lastComponent?.string.first != "." }
            switch Int.random(in: 0..<10, using: &generator) {
            case 0..<4:
                entries.append(
                    Entry.file(path, String(repeating: "x", count: Int.random(in: 0..<2000, using: &generator))))
            case 4..<7:
                entries.append(
                    Entry.directory(path, mode: [0o755, 0o700, 0, 0o1777].randomElement(using: &generator) ?? 0))
            case 7:
                entries.append(Entry.link(path, to: targets.randomElement(using: &generator) ?? "a"))
            case 8:
                guard let file = files.randomElement(using: &generator) else { continue }
                entries.append(Entry.hardLink(path, to: file.0.path))
            default:
                entries.append(Entry.other(path, .fifo))
            }
        }
        return entries
    }

    @Test(arguments: 0..<20)
    func `Whatever is unpacked stays inside, and commits to the same layer again and again`(seed: Int) async throws {
        var generator = Generator(state: UInt64(seed))
        let first = try TestStore()
        let second = try TestStore()
        try first.top.write("untouched", to: "canary")
        var accepted = 0
        for round in 0..<40 {
            let entries = Self.entries(&generator)
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
