import FileSystem
import Synchronization
import SystemPackage
import Testing

@testable import Archive

/// Where compressed streams are cut, and that their members are used again.
@Suite struct MemberTests {
    @Test func gzipMembersHaveFixedHeadersAndSizes() throws {
        let compressed = try compress(sample(2_500_000), .gzip())
        #expect(compressed.prefix(10) == [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255])
        #expect(try gzipMembers(compressed).map(\.size) == [1 << 20, 1 << 20, 2_500_000 - 2 << 20])
    }

    @Test(arguments: [Compression.gzip(level: 1), .zstd(level: 1)])
    func aTarIsCutWhereverItsPiecesEnd(compression: Compression) throws {
        let tar = try tree(seed: 1)
        let expected = try compress(tar, compression, chunk: tar.count)
        #expect(try decompress(expected) == tar)
        for chunk in [513, 100_000, 1 << 20] {
            #expect(try compress(tar, compression, workers: 3, chunk: chunk) == expected)
        }
    }

    @Test func aFileThatChangesChangesFewMembers() throws {
        let before = try gzipMembers(compress(tree(seed: 1), .gzip(level: 1)))
        #expect(before.count > 10)
        for change in [Change.grow(300), .edit(7), .remove(500), .add(650)] {
            let after = try gzipMembers(compress(tree(seed: 1, change), .gzip(level: 1)))
            let new = Set(after.map(\.bytes)).subtracting(before.map(\.bytes))
            #expect(1...3 ~= new.count, "\(change) made \(new.count) of \(after.count) members anew")
        }
    }

    @Test func aLargeFileIsInMembersOfItsOwn() throws {
        func tar(_ small: Int) throws -> [UInt8] {
            try archive([
                ("a", sample(small)), ("large", sample(3_000_000, seed: 5)), ("z", sample(1000, seed: 6)),
            ])
        }
        let sizes = try gzipMembers(compress(tar(2000), .gzip(level: 1))).map(\.size)
        #expect(sizes == [512 + 2048, 1 << 20, 1 << 20, 512 + 3_000_320 - 2 << 20, 512 + 1024 + 1024])
        let (before, after) = (
            try gzipMembers(compress(tar(2000), .gzip(level: 1))),
            try gzipMembers(compress(tar(99_999), .gzip(level: 1)))
        )
        #expect(before.dropFirst().map(\.bytes) == after.dropFirst().map(\.bytes))
    }

    @Test(arguments: [Compression.gzip(), .zstd()])
    func keptMembersAreNotCompressedAgain(compression: Compression) throws {
        let shelf = Shelf()
        let sink = MemorySink()
        let compressor = try Compressor(compression, to: sink, kept: shelf.members, workers: 2)
        try compressor.write(tree(seed: 1))
        try compressor.finish()
        #expect(compressor.memberPlaces.count > 10)
        shelf.keep(compressor.memberPlaces, of: sink.bytes)

        let changed = try tree(seed: 1, .edit(300))
        #expect(try compress(changed, compression, kept: shelf.members) == compress(changed, compression))
        #expect(shelf.hits >= compressor.memberPlaces.count - 3)
    }

    @Test(arguments: [Compression.gzip(), .zstd()])
    func wrongMembersAreNotTaken(compression: Compression) throws {
        let tar = try tree(seed: 1)
        let expected = try compress(tar, compression)
        let other = try compress(sample(600_000, seed: 9), compression)
        for wrong in [
            [], [0x1f, 0x8b], Array(expected.prefix(700)), other, other + other, [UInt8](repeating: 0, count: 3 << 20),
        ] {
            let kept = KeptMembers(key: { [UInt8($0[0])] }, find: { _ in wrong })
            #expect(try compress(tar, compression, kept: kept) == expected)
        }
    }

    // MARK: - Inputs

    private enum Change { case edit(Int), grow(Int), remove(Int), add(Int) }

    /// 700 files, together 7 MB.
    private func tree(seed: UInt64, _ change: Change? = nil) throws -> [UInt8] {
        var files: [(String, [UInt8])] = []
        let text = sample(50_000, seed: seed)
        for number in 0..<700 {
            var content = Array(text[(number * 53)...].prefix(10_000))
            switch change {
            case .edit(number): content[5] ^= 1
            case .grow(number): content += text.prefix(3000)
            case .remove(number): continue
            case .add(number): files.append(("src/\(1000 + number)-new", Array(text.prefix(5000))))
            default: break
            }
            files.append(("src/\(1000 + number).txt", content))
        }
        return try archive(files)
    }

    private func archive(_ files: [(name: String, content: [UInt8])]) throws -> [UInt8] {
        let sink = MemorySink()
        let writer = TarWriter(to: sink)
        for file in files {
            try writer.write(
                TarEntry(path: FilePath(file.name), kind: .file, mode: 0o644, mtime: Timestamp(seconds: 1)),
                contents: file.content)
        }
        try writer.finish()
        return sink.bytes
    }

    private func gzipMembers(_ compressed: [UInt8]) throws -> [(bytes: [UInt8], size: Int)] {
        var members: [(bytes: [UInt8], size: Int)] = []
        var rest = compressed[...]
        let decoder = try ZlibDecoder()
        var output = [UInt8](repeating: 0, count: 2 << 20)
        while !rest.isEmpty {
            let progress = try unsafe rest.withUnsafeBytes { input in
                try unsafe output.withUnsafeMutableBytes { try unsafe decoder.decode(input, into: $0) }
            }
            #expect(progress.isComplete)
            members.append((Array(rest.prefix(progress.consumed)), progress.produced))
            rest = rest.dropFirst(progress.consumed)
            try decoder.reset()
        }
        return members
    }

    /// Keeps members in memory; the key is the input itself.
    private final class Shelf: Sendable {
        private let state = Mutex<(kept: [[UInt8]: [UInt8]], hits: Int)>(([:], 0))

        var hits: Int { state.withLock { $0.hits } }

        var members: KeptMembers {
            KeptMembers(
                key: { input in unsafe input.withUnsafeBytes { unsafe Array($0) } },
                find: { key in
                    self.state.withLock { state in
                        guard let found = state.kept[key] else { return nil }
                        state.hits += 1
                        return found
                    }
                })
        }

        func keep(_ places: [MemberPlace], of bytes: [UInt8]) {
            state.withLock { state in
                for place in places { state.kept[place.key] = Array(bytes[Int(place.offset)...].prefix(place.length)) }
            }
        }
    }
}
