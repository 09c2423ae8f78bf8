import SystemPackage
import Testing

@testable import Archive

@Suite struct DecompressorTests {
    static let tools: [(command: String, format: StreamFormat)] = [
        ("gzip -9", .gzip), ("gzip -1 --name", .gzip), ("zstd -q", .zstd), ("zstd -q --no-check -12", .zstd),
        ("bzip2", .bzip2), ("xz", .xz), ("xz --check=sha256 --block-size=65536", .xz), ("cat", .uncompressed),
    ]

    static func compress(_ bytes: [UInt8], with command: String) throws -> [UInt8] {
        let directory = try TemporaryDirectory()
        try directory.write("input", bytes)
        try directory.shell("\(command) < input > output")
        return try directory.read("output")
    }

    @Test(.enabled(if: hasTools("gzip", "zstd", "bzip2", "xz")), arguments: tools.map(\.command), [0, 5, 1_500_000])
    func toolsCompress(command: String, size: Int) throws {
        let bytes = sample(size)
        let compressed = try Self.compress(bytes, with: command)
        let format = try #require(Self.tools.first { $0.command == command }?.format)
        let decompressor = try Decompressor.open(MemorySource(compressed, chunk: 4097))
        #expect(decompressor.format == format)
        #expect(try decompressor.readAll(limit: size) == bytes)
        #expect(decompressor.inputCount == Int64(compressed.count))
        #expect(try decompressor.read(upTo: 1) == [])
    }

    @Test(.enabled(if: hasTools("gzip", "zstd", "bzip2", "xz")), arguments: tools.dropLast().map(\.command))
    func severalMembersAndWhatMayFollow(command: String) throws {
        let one = sample(300_000)
        let other = sample(2_000_000, seed: 2)
        let stream =
            try Self.compress(one, with: command) + Self.compress([], with: command)
            + Self.compress(other, with: command)
        #expect(try decompress(stream) == one + other)
        #expect(try decompress(stream, chunk: 1000) == one + other)
        for garbage in [[1], Array("some text".utf8), [0x1f], [0, 0, 7]] as [[UInt8]] {
            #expect(code { _ = try decompress(stream + garbage) } == .trailingGarbage)
        }
        let zeros = [UInt8](repeating: 0, count: 1000)
        if command.hasPrefix("gzip") || command.hasPrefix("xz") {
            #expect(try decompress(stream + zeros) == one + other)
        } else {
            #expect(code { _ = try decompress(stream + zeros) } == .trailingGarbage)
        }
    }

    @Test func zstdSkippableFrames() throws {
        let frame: [UInt8] = [0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]
        let bytes = sample(10_000)
        let compressed = try ArchiveTests.compress(bytes, .zstd())
        #expect(try decompress(frame + compressed + frame) == bytes)
    }

    @Test(.enabled(if: hasTools("gzip", "zstd", "bzip2", "xz")), arguments: tools.dropLast().map(\.command))
    func everyTruncationIsAnError(command: String) throws {
        let compressed = try Self.compress(sample(300), with: command)
        for count in 6..<compressed.count {
            #expect(code { _ = try decompress(Array(compressed[..<count])) } == .truncated, "after \(count) bytes")
        }
    }

    @Test(arguments: [Compression.gzip(), .zstd()], [100, 500_000, 1_000_000, 2_500_000])
    func truncationOfLargeStreams(compression: Compression, size: Int) throws {
        let compressed = try ArchiveTests.compress(sample(size), compression)
        for count in [compressed.count - 1, compressed.count - 8, compressed.count / 2] {
            #expect(code { _ = try decompress(Array(compressed[..<count])) } == .truncated)
        }
    }

    @Test(.enabled(if: hasTools("gzip", "zstd", "bzip2", "xz")), arguments: tools.dropLast().map(\.command))
    func changedBytesNeverGiveOtherContents(command: String) throws {
        let bytes = sample(500)
        let compressed = try Self.compress(bytes, with: command)
        for index in compressed.indices {
            var changed = compressed
            changed[index] ^= 0x10
            // A changed first byte makes it something that is not compressed; a time or a name in a gzip header does not
            // matter; without a check sum zstd notices less.
            guard let result = try? decompress(changed), result != bytes, result != changed else { continue }
            #expect(command.contains("no-check"), "byte \(index)")
        }
    }

    @Test(arguments: [Compression.gzip(), .zstd()])
    func bombs(compression: Compression) throws {
        let compressed = try ArchiveTests.compress([UInt8](repeating: 0, count: 40 << 20), compression)
        #expect(code { _ = try decompress(compressed, limits: .init(greatestSize: 39 << 20)) } == .limitExceeded)
        #expect(try decompress(compressed, limits: .init(greatestSize: 40 << 20)).count == 40 << 20)
        #expect(code { _ = try decompress(compressed, limits: .init(greatestRatio: 100)) } == .limitExceeded)
        #expect(try decompress(compressed, limits: .init(greatestRatio: 1 << 20)).count == 40 << 20)
        #expect(code { _ = try decompress(compressed, limits: .init(greatestRatio: 0)) } == .limitExceeded)
    }

    @Test(.enabled(if: hasTools("zstd"))) func hugeWindowsAreRefused() throws {
        let compressed = try Self.compress(sample(1000), with: "zstd -q --ultra -22 --long=31 --single-thread")
        #expect(code { _ = try decompress(compressed) } == .limitExceeded)
    }

    @Test(.enabled(if: hasTools("tar", "gzip", "zstd", "bzip2", "xz")), arguments: tools.map(\.command))
    func archivesAreRecognised(command: String) throws {
        let archived = try archive(TarWriterTests.everything)
        let large = try archive([Member(entry: .make("f"), contents: Self.noise)])
        #expect(try Decompressor.isArchive(MemorySource(Self.compress(archived, with: command))))
        #expect(try Decompressor.isArchive(MemorySource(Self.compress(large, with: command), chunk: 100)))
        let opened = try #require(try Decompressor.archive(in: MemorySource(Self.compress(large, with: command))))
        #expect(try opened.readAll(limit: large.count) == large)
        for other in [[], sample(100), sample(600), Self.noise, .init(repeating: 0, count: 10_240)] as [[UInt8]] {
            #expect(try !Decompressor.isArchive(MemorySource(Self.compress(other, with: command))))
        }
        let cut = try Self.compress(archived, with: command).prefix(20)
        #expect(try !Decompressor.isArchive(MemorySource(Array(cut))))
        #expect(try Decompressor.archive(in: MemorySource(Array(cut))) == nil)
    }

    /// More than one block of bzip2.
    private static let noise: [UInt8] = {
        var random = SplitMix(seed: 5)
        return (0..<125_000).flatMap { _ in unsafe withUnsafeBytes(of: random.next()) { unsafe Array($0) } }
    }()

    @Test func errorsOfTheSourcePassThrough() throws {
        let directory = try TemporaryDirectory()
        let file = try FileDescriptor.open(directory.path, .readOnly)
        defer { try? file.close() }
        #expect(code { _ = try Decompressor.isArchive(FileSource(file)) } == .inputOutput)
        #expect(code { _ = try Decompressor.open(FileSource(file)) } == .inputOutput)
    }
}
