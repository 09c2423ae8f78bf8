import Testing

@testable import Archive

@Suite struct CompressorTests {
    static let compressions: [Compression] = [
        .uncompressed, .gzip(level: 0), .gzip(level: 1), .gzip(), .gzip(level: 9), .zstd(),
    ]

    @Test(arguments: compressions, [0, 1, 1000, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 3_000_000])
    func whatIsCompressedIsDecompressed(compression: Compression, size: Int) throws {
        let bytes = sample(size)
        let compressed = try compress(bytes, compression)
        #expect(try decompress(compressed) == bytes)
        #expect(try decompress(compressed, chunk: 777) == bytes)
    }

    @Test(arguments: [Compression.gzip(level: 1), .zstd(level: 1)])
    func bytesDependOnNothingButInput(compression: Compression) throws {
        let bytes = sample(7_000_000)
        let expected = try compress(bytes, compression, workers: 1, chunk: bytes.count)
        for workers in [1, 2, 3, 8] {
            for chunk in [65_536, 1 << 20, 3_333_333] {
                #expect(try compress(bytes, compression, workers: workers, chunk: chunk) == expected)
            }
        }
    }

    @Test(arguments: [Compression.gzip(), .zstd()])
    func smallInputsDoNotDependOnPieces(compression: Compression) throws {
        for size in [1, 100, 300_000, 1 << 20, 1_200_000] {
            let bytes = sample(size)
            let expected = try compress(bytes, compression, chunk: max(1, size))
            #expect(try compress(bytes, compression, chunk: 999) == expected)
        }
    }

    @Test(
        .enabled(if: hasTools("gzip", "zstd")),
        arguments: [
            ("gzip", Compression.gzip()), ("zstd", .zstd()), ("gzip", .gzip(level: 0)), ("zstd", .zstd(level: 19)),
        ])
    func toolsDecompress(tool: String, compression: Compression) throws {
        let directory = try TemporaryDirectory()
        for size in [0, 10, 3_000_000] {
            try directory.write("expected", sample(size))
            try directory.write("compressed", compress(sample(size), compression))
            try directory.shell("\(tool) -dc < compressed | cmp - expected && \(tool) -t < compressed")
        }
    }

    private struct Full: Error {}

    private final class FailingSink: ByteSink {
        var room: Int

        init(room: Int) { self.room = room }

        func write(_ bytes: Span<UInt8>) throws {
            room -= bytes.count
            if room < 0 { throw Full() }
        }

        func finish() throws {}
    }

    @Test(arguments: [Compression.uncompressed, .gzip(), .zstd()], [0, 10_000])
    func errorsOfTheSinkPassThrough(compression: Compression, room: Int) throws {
        let compressor = try Compressor(compression, to: FailingSink(room: room), workers: 4)
        #expect(throws: Full.self) {
            for _ in 0..<40 { try compressor.write(sample(1_000_000)) }
            try compressor.finish()
        }
        #expect(code { try compressor.write([1]) } == .invalidState)
        #expect(code { try compressor.finish() } == .invalidState)
    }

    @Test(arguments: [
        Compression.gzip(level: -1), .gzip(level: 10), .zstd(level: 0), .zstd(level: 23), .zstd(level: .min),
    ])
    func levelsOutOfRangeAreErrors(compression: Compression) {
        #expect(code { _ = try Compressor(compression, to: MemorySink()) } == .compressionFailed)
        #expect(Compression(compression.description) == nil)
    }

    @Test(arguments: [
        ("uncompressed", Compression.uncompressed), ("gzip", .gzip(level: 4)), ("gzip:0", .gzip(level: 0)),
        ("zstd", .zstd(level: 3)), ("zstd:22", .zstd(level: 22)),
    ])
    func names(text: String, compression: Compression) {
        #expect(Compression(text) == compression)
        #expect(Compression(compression.description) == compression)
    }

    @Test(arguments: ["", "estargz", "gzip:", "gzip:x", "gzip: 6", "GZIP", "uncompressed:1", "zstd:3:3"])
    func wrongNames(text: String) {
        #expect(Compression(text) == nil)
    }
}
