/// The database of old versions of rpm: a hash table of Berkeley DB whose values, being large, lie in chains of overflow
/// pages (Berkeley DB's dbinc/db_page.h).
enum RPMBerkeley {
    private static let hashMagic = 0x0006_1561
    private static let pageHeader = 26

    /// The headers of all packages.
    static func headers(_ file: FileBytes) throws -> [[UInt8]] {
        let start = try file.exactly(512, at: 0, "its first page")
        var order = ByteReader.Order.little
        var reader = ByteReader(start, order, at: 12)
        if try reader.integer32() != hashMagic {
            order = .big
            reader = ByteReader(start, order, at: 12)
            guard try reader.integer32() == hashMagic else {
                throw SBOMError.damaged("it is no hash table of Berkeley DB")
            }
        }
        reader.position = 20
        let pageSize = try reader.integer32()
        guard (512...65536).contains(pageSize), pageSize.nonzeroBitCount == 1 else {
            throw SBOMError.damaged("its pages have \(pageSize) bytes")
        }
        guard start[24] == 0 else { throw SBOMError(.unsupported, "it is encrypted") }
        guard file.count <= Limit.database else { throw SBOMError.tooLarge("it has \(file.count) bytes") }
        let pages = Pages(file: file, size: pageSize, count: file.count / pageSize, order: order)
        var headers: [[UInt8]] = []
        var total = 0
        for number in 1..<max(1, pages.count) {
            for first in try pages.largeValues(of: number) {
                let header = try pages.chain(from: first)
                total += header.count
                guard total <= file.count else { throw SBOMError.damaged("its pages are used more than once") }
                headers.append(header)
            }
        }
        return headers
    }

    private struct Pages {
        let file: FileBytes
        let size: Int
        let count: Int
        let order: ByteReader.Order

        func page(_ number: Int) throws -> [UInt8] {
            guard number < count else { throw SBOMError.damaged("it has no page \(number)") }
            return try file.exactly(size, at: number * size, "page \(number)")
        }

        /// The first overflow pages of the values in a page of the table; none for other pages.
        func largeValues(of number: Int) throws -> [Int] {
            let bytes = try page(number)
            // Kinds 2 and 13: pages of a hash table, not sorted and sorted.
            guard bytes[25] == 2 || bytes[25] == 13 else { return [] }
            var reader = ByteReader(bytes, order, at: 20)
            let entries = try reader.integer16()
            guard pageHeader + entries * 2 <= size else {
                throw SBOMError.damaged("page \(number) has too many entries")
            }
            // Keys and values take turns.
            return try stride(from: 1, to: entries, by: 2).compactMap { entry in
                var index = ByteReader(bytes, order, at: pageHeader + entry * 2)
                var item = ByteReader(bytes, order, at: try index.integer16())
                // Kind 3 lies elsewhere; what fits into the page is no header.
                guard try item.byte() == 3 else { return nil }
                try item.skip(3)
                return try item.integer32()
            }
        }

        /// What a chain of overflow pages holds.
        func chain(from first: Int) throws -> [UInt8] {
            var value: [UInt8] = []
            var next = first
            var visited = 0
            while next != 0 {
                visited += 1
                let bytes = try page(next)
                guard visited <= count, bytes[25] == 7 else {
                    throw SBOMError.damaged("a chain of its pages is broken")
                }
                var reader = ByteReader(bytes, order, at: 16)
                next = try reader.integer32()
                reader.position = 22
                let length = try reader.integer16()
                reader.position = pageHeader
                value += try reader.take(next == 0 ? length : size - pageHeader)
            }
            return value
        }
    }
}
