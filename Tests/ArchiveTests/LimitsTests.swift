import FileSystem
import SystemPackage
import Testing

@testable import Archive

/// How much may come out of an archive, and that what counts it stops there.
struct LimitsTests {
    @Test(
        arguments: [
            (0, nil, 1 << 30), (10 << 20, nil, 1 << 30), (11 << 20, nil, 1100 << 20), (1 << 30, nil, 100 << 30),
            (1 << 40, nil, 1 << 40), (.max, nil, 1 << 40), (-5, nil, 1 << 30), (10, 5, 5), (.max, 5, 5),
            (10, 1 << 50, 1 << 50),
        ] as [(Int64, Int64?, Int64)])
    func sizes(archive: Int64, limit: Int64?, greatest: Int64) {
        #expect(UnpackLimits(size: limit).greatestSize(ofArchive: archive) == greatest)
        #expect(UnpackLimits(size: limit).decompression(ofArchive: archive).greatestSize == greatest)
    }

    @Test(
        arguments: [(0, nil, 100_000), (800_008, nil, 100_001), (.max, nil, .max / 8), (0, 3, 3)]
            as [(Int64, Int64?, Int64)])
    func entries(archive: Int64, limit: Int64?, greatest: Int64) {
        #expect(UnpackLimits(entries: limit).greatestEntryCount(ofArchive: archive) == greatest)
    }

    /// Of a pipe nobody knows the end, so what came out of it counts against what went in.
    @Test func pipes() {
        let limits = UnpackLimits().decompression(ofArchive: nil)
        #expect(limits.greatestSize == 1 << 40 && limits.greatestRatio == 100 && limits.freeSize == 1 << 30)
        let set = UnpackLimits(size: 7).decompression(ofArchive: nil)
        #expect(set.greatestSize == 7 && set.greatestRatio == nil)
    }

    private func refusal(_ budget: inout UnpackBudget, _ entries: [TarEntry], read: Int64 = 0) -> (Int, ArchiveError)? {
        for (index, entry) in entries.enumerated() {
            do { try budget.take(entry, read: read) } catch { return (index, error) }
        }
        return nil
    }

    @Test func sizesAreCountedBeforeTheyAreWritten() throws {
        var budget = UnpackBudget(UnpackLimits(size: 100), archiveSize: 10)
        let found = try #require(
            refusal(&budget, [.make("a", size: 60), .make("b", size: 40), .make("c", size: 1)]))
        #expect(found.0 == 2 && found.1.code == .limitExceeded)
        #expect(found.1.message.contains("--max-layer-size") && found.1.message.contains("SLIPWAY_MAX_LAYER_SIZE"))
        var whole = UnpackBudget(UnpackLimits(), archiveSize: 1000)
        #expect(refusal(&whole, [.make("sparse", size: .max)])?.1.code == .limitExceeded)
        #expect(refusal(&whole, [.make("most", size: 1 << 30), .make("more", size: .max)])?.0 == 1)
    }

    @Test func entriesAreCounted() throws {
        var budget = UnpackBudget(UnpackLimits(entries: 3), archiveSize: nil)
        let found = try #require(refusal(&budget, (0..<5).map { TarEntry.make(FilePath("\($0)")) }))
        #expect(found.0 == 3 && found.1.message.contains("--max-layer-entries"))
        var directories = UnpackBudget(UnpackLimits(entries: 3), archiveSize: 1 << 40)
        try directories.take(directories: 3, bytes: 10, read: 0)
        #expect(throws: ArchiveError.self) { try directories.take(directories: 1, bytes: 10, read: 0) }
    }

    /// What is kept in memory of an entry counts, and paths by the square of their length.
    @Test(
        arguments: [
            (TarEntry.make("p"), 1), (.make(FilePath(String(repeating: "p", count: 255))), 1),
            (.make(FilePath(String(repeating: "p", count: 512))), 5),
            (.make(FilePath(String(repeating: "p", count: 4096))), 257),
            (.make("l", .symlink(FilePath(String(repeating: "t", count: 1024)))), 5),
            (.make("x", xattrs: [ExtendedAttribute(name: "user.", value: [UInt8](repeating: 0, count: 65_531))]), 257),
        ] as [(TarEntry, Int64)])
    func largeEntriesCountAsSeveral(entry: TarEntry, cost: Int64) throws {
        var enough = UnpackBudget(UnpackLimits(entries: cost), archiveSize: 0)
        #expect(refusal(&enough, [entry]) == nil)
        if cost > 1 {
            var little = UnpackBudget(UnpackLimits(entries: cost - 1), archiveSize: 0)
            #expect(refusal(&little, [entry]) != nil)
        }
    }

    @Test(
        arguments: [
            (0, "0 bytes"), (1023, "1023 bytes"), (1024, "1 KiB"), (1536, "1.5 KiB"), (1 << 30, "1 GiB"),
            (100 << 40, "100 TiB"), (.max, "8388608 TiB"),
        ] as [(Int64, String)])
    func numbersOfBytes(count: Int64, text: String) { #expect(ByteText.of(count) == text) }

    /// An archive of headers that say nothing: each is small, and there is no end to them.
    @Test(arguments: [
        "global records", "local records", "local bytes", "attribute names", "attribute value", "long name",
    ])
    func extendedHeaders(kind: String) throws {
        var bytes: [UInt8] = []
        func add(_ type: Character, _ body: [UInt8]) throws {
            var block = [UInt8](repeating: 0, count: 512)
            var span = block.mutableSpan
            TarHeader(name: Array("h".utf8), type: type.asciiValue ?? 0, size: Int64(body.count)).encode(into: &span)
            bytes += block + body + [UInt8](repeating: 0, count: TarBlock.padding(after: Int64(body.count)))
        }
        let records = [UInt8](repeatElement(Array("6 a=b\n".utf8), count: 170_000).joined())
        switch kind {
        case "global records": for _ in 0..<8 { try add("g", records) }
        case "local records":
            for _ in 0..<8 {
                try add("x", records)
                try add("0", [])
            }
        case "local bytes":
            var large = PaxRecords()
            large.set("comment", [UInt8](repeating: 0x63, count: 1_000_000))
            for _ in 0..<70 {
                try add("x", large.encoded())
                try add("0", [])
            }
        case "attribute names":
            var many = PaxRecords()
            for number in 0..<7000 { many.set("SCHILY.xattr.user.\(number)", [1]) }
            try add("x", many.encoded())
            try add("0", [])
        case "attribute value":
            var large = PaxRecords()
            large.set("SCHILY.xattr.user.x", [UInt8](repeating: 1, count: 65_537))
            try add("x", large.encoded())
            try add("0", [])
        default:
            try add("L", [UInt8](repeating: 0x6e, count: 4097))
            try add("0", [])
        }
        let error = #expect(throws: ArchiveError.self) { _ = try members(of: bytes) }
        #expect(error?.code == .limitExceeded, "\(kind): \(error?.message ?? "")")
    }

    /// What a frame's header says of its window (RFC 8878, section 3.1.1.1).
    @Test(
        arguments: [
            ([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58, 0], 2 << 20), ([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x88, 0], 128 << 20),
            ([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x0f, 0], 2048 + 7 * 256), ([0x28, 0xb5, 0x2f, 0xfd, 0x20, 0x09, 0], 9),
            ([0x28, 0xb5, 0x2f, 0xfd, 0xa3, 1, 2, 3, 4, 0, 0, 0, 2], 2 << 24),
            ([0x28, 0xb5, 0x2f, 0xfd, 0xe0, 1, 2], .max),
            ([0x50, 0x2a, 0x4d, 0x18, 0xff, 0xff, 0xff, 0xff], 0), ([0x28, 0xb5], 0), ([], 0),
        ] as [([UInt8], UInt64)])
    func windows(header: [UInt8], size: UInt64) {
        #expect(unsafe header.withUnsafeBytes { unsafe ZstdFrame.window($0) } == size)
    }

    /// Large windows are decoded, one after the other.
    @Test(.enabled(if: hasTools("zstd", "xz")), arguments: ["zstd -q -5 --long=26", "xz -9", "xz -6"])
    func largeWindows(command: String) async throws {
        let bytes = sample(300_000)
        let compressed = try DecompressorTests.compress(bytes, with: command)
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<4 { group.addTask { try decompress(compressed) == bytes } }
            for try await isSame in group { #expect(isSame) }
        }
    }
}
