/// The sections and segments of an ELF file, as far as they matter here (System V ABI, chapters 4 and 5).
struct ELFFile {
    struct Section {
        var name: String
        var address: Int
        var offset: Int
        var size: Int
        /// Type 8 takes no bytes of the file.
        var hasBytes: Bool
    }

    private struct Segment {
        var isWritableData: Bool
        var offset: Int
        var address: Int
        var size: Int
    }

    let file: FileBytes
    let order: ByteReader.Order
    /// Whether addresses have 8 bytes.
    let isWide: Bool
    let sections: [Section]
    private let segments: [Segment]

    init(_ file: FileBytes) throws {
        self.file = file
        let identification = try file.exactly(16, at: 0, "its header")
        guard identification.starts(with: [0x7f, 0x45, 0x4c, 0x46]) else {
            throw SBOMError.damaged("it is no ELF file")
        }
        guard (1...2).contains(identification[4]), (1...2).contains(identification[5]) else {
            throw SBOMError.damaged("it is an ELF file for no known machine")
        }
        isWide = identification[4] == 2
        order = identification[5] == 1 ? .little : .big
        var reader = ByteReader(try file.exactly(isWide ? 64 : 52, at: 0, "its header"), order, at: isWide ? 32 : 28)
        let segmentOffset = try reader.word(isWide: isWide)
        let sectionOffset = try reader.word(isWide: isWide)
        try reader.skip(6)
        let segmentSize = try reader.integer16()
        let segmentCount = try reader.integer16()
        let sectionSize = try reader.integer16()
        let sectionCount = try reader.integer16()
        let nameSection = try reader.integer16()
        segments = try Self.segments(
            Self.table(file, segmentOffset, segmentCount, segmentSize, least: isWide ? 56 : 32, "its segments"), order,
            isWide)
        sections = try Self.sections(
            Self.table(file, sectionOffset, sectionCount, sectionSize, least: isWide ? 64 : 40, "its sections"), order,
            isWide, names: nameSection, in: file)
    }

    private static func table(
        _ file: FileBytes, _ offset: Int, _ count: Int, _ size: Int, least: Int, _ what: String
    ) throws -> [[UInt8]] {
        guard count > 0, offset > 0 else { return [] }
        guard count <= Limit.sections, size >= least, size <= 4096 else {
            throw SBOMError.damaged("the table of \(what) has a wrong length")
        }
        let bytes = try file.exactly(count * size, at: offset, what)
        return (0..<count).map { Array(bytes[$0 * size..<($0 + 1) * size]) }
    }

    private static func segments(
        _ rows: [[UInt8]], _ order: ByteReader.Order, _ isWide: Bool
    ) throws(SBOMError) -> [Segment] {
        var segments: [Segment] = []
        for row in rows {
            var reader = ByteReader(row, order)
            guard try reader.integer32() == 1 else { continue }  // PT_LOAD
            var flags = isWide ? try reader.integer32() : 0
            let offset = try reader.word(isWide: isWide)
            let address = try reader.address(isWide: isWide)
            try reader.skip(isWide ? 8 : 4)
            let size = try reader.word(isWide: isWide)
            if !isWide {
                try reader.skip(4)
                flags = try reader.integer32()
            }
            segments.append(
                Segment(isWritableData: flags & 3 == 2, offset: offset, address: address, size: size))
        }
        return segments
    }

    private static func sections(
        _ rows: [[UInt8]], _ order: ByteReader.Order, _ isWide: Bool, names: Int, in file: FileBytes
    ) throws -> [Section] {
        var nameOffsets: [Int] = []
        var sections: [Section] = []
        for row in rows {
            var reader = ByteReader(row, order)
            nameOffsets.append(try reader.integer32())
            let type = try reader.integer32()
            try reader.skip(isWide ? 8 : 4)
            let address = try reader.address(isWide: isWide)
            let offset = try reader.word(isWide: isWide)
            let size = try reader.word(isWide: isWide)
            sections.append(Section(name: "", address: address, offset: offset, size: size, hasBytes: type != 8))
        }
        guard sections.indices.contains(names) else { return sections }
        let table = sections[names]
        guard table.size <= Limit.buildInformation else {
            throw SBOMError.damaged("the names of its sections are too long")
        }
        let text = try file.exactly(table.size, at: table.offset, "the names of its sections")
        for (index, offset) in nameOffsets.enumerated() where offset < text.count {
            sections[index].name = String(decoding: text[offset...].prefix { $0 != 0 }, as: UTF8.self)
        }
        return sections
    }

    /// The section of a name that has bytes in the file.
    func section(_ name: String) -> Section? { sections.first { $0.name == name && $0.hasBytes } }

    /// Where data that a program may write begin: the address.
    var dataStart: Int? { segments.first(where: \.isWritableData)?.address }

    /// The bytes that a running program finds at an address; fewer where its file has no more.
    func bytes(atAddress address: Int, count: Int) throws -> [UInt8] {
        guard let segment = segments.first(where: { $0.address <= address && address - $0.address < $0.size }) else {
            return []
        }
        let inside = address - segment.address
        guard inside <= Int.max - segment.offset else { return [] }
        return try file.bytes(at: segment.offset + inside, count: min(count, segment.size - inside))
    }
}

extension ByteReader {
    /// An address, of which the upper half of the space, where kernels live, is taken for 0: nothing of a program is there.
    fileprivate mutating func address(isWide: Bool) throws(SBOMError) -> Int {
        guard isWide else { return try integer32() }
        let halves = (try integer32(), try integer32())
        let (high, low) = order == .little ? (halves.1, halves.0) : halves
        return high < 1 << 31 ? high << 32 | low : 0
    }
}
