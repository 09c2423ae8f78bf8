/// A zip archive, read by its directory at the end (PKWARE's APPNOTE.TXT, 4.3). What stands before the archive, such as the shell
/// script of an executable jar, does no harm.
struct ZipArchive {
    struct Entry {
        var name: String
        fileprivate var method: Int
        fileprivate var packedSize: Int
        fileprivate var offset: Int
    }

    let file: FileBytes
    let entries: [Entry]
    /// Where offsets count from.
    private let base: Int

    private static let endSize = 22
    private static let endMagic: [UInt8] = [0x50, 0x4b, 0x05, 0x06]
    private static let none32 = 0xffff_ffff

    /// Reads the directory.
    ///
    /// - Throws: `damaged`, `tooLarge`.
    init(_ file: FileBytes) throws {
        self.file = file
        // A comment of up to 64 KiB may follow.
        let tailSize = min(file.count, Self.endSize + 65535)
        let tailStart = file.count - tailSize
        let tail = try file.bytes(at: tailStart, count: tailSize)
        let places = stride(from: tail.count - Self.endSize, through: 0, by: -1)
        guard let place = places.first(where: { tail[$0] == 0x50 && tail[$0...].starts(with: Self.endMagic) }) else {
            throw SBOMError.damaged("it is no zip archive")
        }
        var end = ByteReader(tail, .little, at: place + 10)
        var count = try end.integer16()
        var size = try end.integer32()
        var offset = try end.integer32()
        var directoryEnd = tailStart + place
        if count == 0xffff || size == Self.none32 || offset == Self.none32,
            let large = try Self.largeEnd(file, before: directoryEnd)
        {
            (count, size, offset, directoryEnd) = large
        }
        guard size <= Limit.archiveDirectory, count <= Limit.archiveEntries else {
            throw SBOMError.tooLarge("its directory has \(count) entries")
        }
        guard size <= directoryEnd, directoryEnd - size >= offset else {
            throw SBOMError.damaged("its directory does not lie where it should")
        }
        base = directoryEnd - size - offset
        entries = try Self.entries(try file.exactly(size, at: directoryEnd - size, "its directory"), count)
    }

    /// The end of the directory of an archive in the form Zip64, and where that stands.
    private static func largeEnd(_ file: FileBytes, before end: Int) throws -> (Int, Int, Int, Int)? {
        guard end >= 20 else { return nil }
        var locator = ByteReader(try file.exactly(20, at: end - 20, "its end"), .little)
        guard try locator.integer32() == 0x0706_4b50 else { return nil }
        try locator.skip(4)
        var place = try locator.integer64()
        var record = ByteReader(try file.bytes(at: place, count: 56), .little)
        if record.bytes.count < 56 || Array(record.bytes.prefix(4)) != [0x50, 0x4b, 0x06, 0x06] {
            // Offsets do not count what stands before the archive.
            place = end - 20 - 56
            record = ByteReader(try file.exactly(56, at: place, "its end"), .little)
        }
        guard try record.integer32() == 0x0606_4b50 else { throw SBOMError.damaged("its end is damaged") }
        record.position = 32
        return (try record.integer64(), try record.integer64(), try record.integer64(), place)
    }

    private static func entries(_ directory: [UInt8], _ count: Int) throws(SBOMError) -> [Entry] {
        var reader = ByteReader(directory, .little)
        var entries: [Entry] = []
        for _ in 0..<count {
            guard try reader.integer32() == 0x0201_4b50 else { throw .damaged("its directory is damaged") }
            try reader.skip(6)
            let method = try reader.integer16()
            try reader.skip(8)
            var packedSize = try reader.integer32()
            let size = try reader.integer32()
            let nameLength = try reader.integer16()
            let extraLength = try reader.integer16()
            let commentLength = try reader.integer16()
            try reader.skip(8)
            var offset = try reader.integer32()
            let name = String(decoding: try reader.take(nameLength), as: UTF8.self)
            var extra = ByteReader(Array(try reader.take(extraLength)), .little)
            try reader.skip(commentLength)
            while packedSize == none32 || offset == none32, extra.bytes.count - extra.position >= 4 {
                let tag = try extra.integer16()
                let length = try extra.integer16()
                guard tag == 1 else {
                    try extra.skip(length)
                    continue
                }
                if size == none32 { try extra.skip(8) }
                if packedSize == none32 { packedSize = try extra.integer64() }
                if offset == none32 { offset = try extra.integer64() }
                break
            }
            entries.append(Entry(name: name, method: method, packedSize: packedSize, offset: offset))
        }
        return entries
    }

    /// The bytes of an entry.
    ///
    /// - Throws: `damaged`; `tooLarge` when they are more than `limit`; `unsupported` for other methods than stored and deflated.
    func contents(_ entry: Entry, limit: Int) throws -> [UInt8] {
        let (start, overflows) = base.addingReportingOverflow(entry.offset)
        guard !overflows else { throw SBOMError.damaged("\(entry.name) does not lie in it") }
        var header = ByteReader(try file.exactly(30, at: start, entry.name), .little)
        guard try header.integer32() == 0x0403_4b50 else {
            throw SBOMError.damaged("\(entry.name) does not lie where it should")
        }
        header.position = 26
        let skipped = 30 + (try header.integer16()) + (try header.integer16())
        guard entry.packedSize <= limit else { throw SBOMError.tooLarge("\(entry.name) has \(entry.packedSize) bytes") }
        let packed = try file.exactly(entry.packedSize, at: start + skipped, "the end of \(entry.name)")
        switch entry.method {
        case 0: return packed
        case 8: return try Inflater.inflate(packed, .raw, limit: limit)
        default: throw SBOMError(.unsupported, "\(entry.name) is compressed by method \(entry.method)")
        }
    }
}
