@testable import Archive

/// Compressed bytes in any of the formats. No more comes out than the limit says, however it is asked for.
enum DecompressionTarget {
    private static let greatestSize = 1 << 20

    static func run(_ input: [UInt8]) {
        let whole = decompress(input, chunk: .max, piece: 65_536)
        let pieces = decompress(input, chunk: 7, piece: 100)
        // Where it fails the pieces may have brought some bytes more or less; what came of a good one is the same.
        if let whole, let pieces {
            ByteTarget.require(whole == pieces, "in pieces it is \(pieces.count) bytes, not \(whole.count)")
        }
        ByteTarget.require((whole == nil) == (pieces == nil), "only one of both fails")
    }

    private static func decompress(_ input: [UInt8], chunk: Int, piece: Int) -> [UInt8]? {
        do {
            let limits = Decompressor.Limits(
                greatestSize: Int64(greatestSize), greatestRatio: 10_000, freeSize: 1 << 16)
            let source = try Decompressor.open(MemorySource(input, chunk: chunk), limits: limits)
            var output: [UInt8] = []
            while true {
                let bytes = try source.read(upTo: piece)
                if bytes.isEmpty { return output }
                output += bytes
                ByteTarget.require(
                    source.format == .uncompressed || output.count <= greatestSize + piece,
                    "\(output.count) bytes came out")
            }
        } catch {
            ByteTarget.require(error is ArchiveError, "another error: \(error)")
            return nil
        }
    }
}
