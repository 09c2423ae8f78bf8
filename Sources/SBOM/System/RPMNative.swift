/// rpm's own database format, ndb: a page table of slots that say where each header lies (rpm's lib/backend/ndb/rpmpkg.c).
enum RPMNative {
    private static let pageSize = 4096
    private static let slotSize = 16
    private static let databaseMagic = 0x506d_7052
    private static let slotMagic = 0x746f_6c53
    private static let blobMagic = 0x5362_6c42

    /// The headers of all packages.
    static func headers(_ file: FileBytes) throws -> [[UInt8]] {
        var reader = ByteReader(try file.exactly(32, at: 0, "its header"), .little)
        guard try reader.integer32() == databaseMagic else { throw SBOMError.damaged("it is no database of rpm") }
        guard try reader.integer32() == 0 else { throw SBOMError(.unsupported, "its version is not known") }
        try reader.skip(4)
        let pages = try reader.integer32()
        guard pages <= file.count / pageSize else { throw SBOMError.damaged("it ends before its table of packages") }
        var slots = ByteReader(try file.exactly(pages * pageSize, at: 0, "its table"), .little, at: 2 * slotSize)
        var headers: [[UInt8]] = []
        var total = 0
        while slots.position < slots.bytes.count {
            guard try slots.integer32() == slotMagic else {
                throw SBOMError.damaged("its table of packages is damaged")
            }
            let package = try slots.integer32()
            let offset = try slots.integer32() * slotSize
            try slots.skip(4)
            guard package != 0, offset != 0 else { continue }
            var blob = ByteReader(try file.exactly(16, at: offset, "a package"), .little)
            guard try blob.integer32() == blobMagic, try blob.integer32() == package else {
                throw SBOMError.damaged("a package is not where its table says")
            }
            try blob.skip(4)
            let length = try blob.integer32()
            total += length
            guard length <= Limit.rpmHeader, total <= file.count else {
                throw SBOMError.damaged("its packages are longer than the file")
            }
            headers.append(try file.exactly(length, at: offset + 16, "the end of a package"))
        }
        return headers
    }
}
