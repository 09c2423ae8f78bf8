extension TarReader {
    /// Sets up the contents of the entry whose header has just been read.
    ///
    /// - Parameter stored: the bytes that follow the header.
    /// - Returns: the size of the file.
    func openContents(_ fields: TarFields, _ attributes: PaxAttributes, stored: Int64) throws -> Int64 {
        let place = fields.place
        var stored = stored
        var size = stored
        let padding = TarBlock.padding(after: stored)
        var map: [TarContents.Extent]?
        if fields.type == UInt8(ascii: "S") {
            guard fields.dialect == .gnu else {
                throw ArchiveError(.unsupported, "a sparse file is not of GNU tar's format", offset: place)
            }
            size = try fields.number(TarBlock.gnuRealSize, "real size")
            map = try readOldMap(fields)
        } else {
            let format = try attributes.sparse.format(at: place)
            if format != .none {
                guard let realSize = attributes.sparse.size else {
                    throw ArchiveError(.malformed, "a sparse file has no size", offset: place)
                }
                size = realSize
                map = format == .mapInHeader ? attributes.sparse.map : try readMapInContents(&stored, at: place)
            }
        }
        if let map { try take(records: map.count, at: place) }
        guard (0...options.greatestFileSize).contains(size) else {
            throw ArchiveError(.limitExceeded, "an entry has the size \(size)", offset: place)
        }
        if let map {
            contents = try TarContents(size: size, map: map, stored: stored, padding: padding, at: place)
        } else {
            contents = TarContents(size: size, padding: padding)
        }
        return size
    }

    /// Reads the map of GNU tar's old format: four pieces in the header, the rest in blocks of their own.
    private func readOldMap(_ fields: TarFields) throws -> [TarContents.Extent] {
        var map: [TarContents.Extent] = []
        try Self.append(fields, TarBlock.gnuSparse, to: &map)
        var isExtended = fields.isSet(TarBlock.gnuSparseIsExtended)
        while isExtended {
            guard map.count * 24 <= options.greatestHeaderSize else { throw mapIsTooLong(at: fields.place) }
            let place = offset
            let block = TarFields(unchecked: try readBytes(TarBlock.size), at: place)
            try Self.append(block, TarBlock.gnuExtensionSparse, to: &map)
            isExtended = block.isSet(TarBlock.gnuExtensionIsExtended)
        }
        return map
    }

    private static func append(
        _ fields: TarFields, _ range: Range<Int>, to map: inout [TarContents.Extent]
    ) throws(ArchiveError) {
        for start in stride(from: range.lowerBound, to: range.upperBound, by: 24) {
            guard fields.isSet(start) else { return }
            let offset = try fields.number(start..<start + 12, "offset of sparse data")
            let length = try fields.number(start + 12..<start + 24, "length of sparse data")
            map.append(TarContents.Extent(offset: offset, length: length))
        }
    }

    /// Reads the map of format 1.0: decimal numbers in lines, filled up to whole blocks, in front of the data.
    private func readMapInContents(_ stored: inout Int64, at place: Int64) throws -> [TarContents.Extent] {
        var text: [UInt8] = []
        var lines = 0
        var expected: Int?
        while expected.map({ lines < $0 }) ?? true {
            guard text.count < options.greatestHeaderSize else { throw mapIsTooLong(at: place) }
            guard stored >= TarBlock.size else {
                throw ArchiveError(.malformed, "a sparse file ends inside its map", offset: place)
            }
            let block = try readBytes(TarBlock.size)
            stored -= Int64(TarBlock.size)
            text += block
            lines += block.count { $0 == UInt8(ascii: "\n") }
            if expected == nil, lines > 0 {
                let digits = text.prefix { $0 != UInt8(ascii: "\n") }
                guard let count = Int(decimal: digits), count <= options.greatestHeaderSize else {
                    throw mapIsTooLong(at: place)
                }
                expected = 1 + 2 * count
            }
        }
        let numbers = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        return try SparseRecords.map(of: Array(numbers[1..<(expected ?? 1)]), at: place)
    }

    private func mapIsTooLong(at place: Int64) -> ArchiveError {
        ArchiveError(.limitExceeded, "the map of a sparse file is too long or has no length", offset: place)
    }
}
