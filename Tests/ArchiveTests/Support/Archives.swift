import FileSystem
import SystemPackage

@testable import Archive

/// An entry with its contents, for comparing.
struct Member: Equatable, CustomStringConvertible {
    var entry: TarEntry
    var contents: [UInt8]

    var description: String { "\(entry) \(contents.count): \(String(decoding: contents.prefix(40), as: UTF8.self))" }
}

extension TarEntry {
    static func make(
        _ path: FilePath, _ kind: Kind = .file, mode: UInt16 = 0o644, uid: UInt32 = 0, gid: UInt32 = 0, size: Int64 = 0,
        mtime: Int64 = 1_700_000_000, xattrs: [ExtendedAttribute] = []
    ) -> TarEntry {
        TarEntry(
            path: path, kind: kind, mode: mode, uid: uid, gid: gid, size: size, mtime: Timestamp(seconds: mtime),
            xattrs: xattrs)
    }
}

func archive(_ members: [Member], options: TarWriter.Options = .init()) throws -> [UInt8] {
    let sink = MemorySink()
    let writer = TarWriter(to: sink, options: options)
    for member in members {
        if member.entry.kind == .file {
            try writer.write(member.entry, contents: member.contents)
        } else {
            try writer.write(member.entry)
        }
    }
    try writer.finish()
    return sink.bytes
}

func members(of bytes: [UInt8], chunk: Int = .max, options: TarReader.Options = .init()) throws -> [Member] {
    try members(of: MemorySource(bytes, chunk: chunk), options: options)
}

func members(of source: any ByteSource, options: TarReader.Options = .init()) throws -> [Member] {
    let reader = TarReader(source, options: options)
    var members: [Member] = []
    while let entry = try reader.next() {
        members.append(Member(entry: entry, contents: try reader.readContents(limit: 64 << 20)))
    }
    try reader.drain()
    return members
}

func compress(
    _ bytes: [UInt8], _ compression: Compression, kept: KeptMembers? = nil, workers: Int? = nil, chunk: Int = 100_000
) throws -> [UInt8] {
    let sink = MemorySink()
    let compressor = try Compressor(compression, to: sink, kept: kept, workers: workers)
    for start in stride(from: 0, to: bytes.count, by: chunk) {
        try compressor.write(Array(bytes[start..<min(start + chunk, bytes.count)]))
    }
    try compressor.finish()
    return sink.bytes
}

func decompress(_ bytes: [UInt8], chunk: Int = .max, limits: Decompressor.Limits = .init()) throws -> [UInt8] {
    try Decompressor.open(MemorySource(bytes, chunk: chunk), limits: limits).readAll(limit: 256 << 20)
}

/// Bytes which look a little like a file system: repetitive, with noise. The same for the same seed.
func sample(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
    var random = SplitMix(seed: seed)
    let words = (0..<500).map { _ in (0..<Int.random(in: 2...12, using: &random)).map { _ in random.letter() } }
    var piece: [UInt8] = []
    while piece.count < min(count, 64 << 10) {
        piece += words[Int.random(in: 0..<words.count, using: &random)]
        piece.append(0x20)
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count + piece.count)
    while bytes.count < count {
        bytes += piece
        for _ in 0..<min(100, piece.count) { piece[Int.random(in: piece.indices, using: &random)] = random.letter() }
    }
    return Array(bytes.prefix(count))
}

/// A small generator with a fixed sequence for each seed.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    mutating func letter() -> UInt8 { UInt8.random(in: 0x61...0x7a, using: &self) }
}

func code(_ body: () throws -> Void) -> ArchiveError.Code? {
    do {
        try body()
        return nil
    } catch let error as ArchiveError {
        return error.code
    } catch {
        return nil
    }
}
