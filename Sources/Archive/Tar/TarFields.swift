/// A header block as it was read: which dialect it speaks, and its fields, each checked when it is asked for.
struct TarFields {
    /// The variants of the format, by the marks they leave in the block.
    enum Dialect { case v7, ustar, star, gnu }

    let dialect: Dialect
    let type: UInt8
    /// Where the block stands in the archive, for errors.
    let place: Int64
    private let block: [UInt8]

    /// Reads a block of 512 bytes.
    ///
    /// - Returns: `nil` for a block of zeros.
    /// - Throws: ``ArchiveError`` with the code `malformed` when the check sum is wrong.
    init?(_ bytes: Span<UInt8>, at place: Int64) throws(ArchiveError) {
        block = unsafe bytes.withUnsafeBufferPointer { unsafe [UInt8]($0) }
        self.place = place
        var unsignedSum: Int64 = 0
        var signedSum: Int64 = 0
        for byte in block {
            unsignedSum += Int64(byte)
            signedSum += Int64(Int8(bitPattern: byte))
        }
        if unsignedSum == 0 { return nil }
        for index in TarBlock.checksum {
            unsignedSum += 0x20 - Int64(block[index])
            signedSum += 0x20 - Int64(Int8(bitPattern: block[index]))
        }
        type = block[TarBlock.type]
        dialect = Self.dialect(of: block)
        // Some old programs added the bytes as signed numbers.
        guard let sum = Self.octal(block[TarBlock.checksum]), sum == unsignedSum || sum == signedSum else {
            throw ArchiveError(.malformed, "this is not a tar header: its check sum is wrong", offset: place)
        }
    }

    /// Takes a block which has no check sum: the continuation of a sparse file's map.
    init(unchecked block: [UInt8], at place: Int64) {
        self.block = block
        self.place = place
        type = 0
        dialect = .gnu
    }

    private static func dialect(of block: [UInt8]) -> Dialect {
        let magic = block[TarBlock.magic]
        if magic.elementsEqual("ustar ".utf8) { return .gnu }
        guard magic.prefix(5).elementsEqual("ustar".utf8) else { return .v7 }
        let hasTrailer = block[TarBlock.starTrailer].elementsEqual("tar\u{0}".utf8)
        return hasTrailer && block[TarBlock.starPrefix.upperBound - 1] == 0 ? .star : .ustar
    }

    /// The text of a field, which ends at its first NUL or fills the field.
    func text(_ field: Range<Int>) -> [UInt8] {
        Array(block[field].prefix { $0 != 0 })
    }

    /// The path, put together from prefix and name where the dialect has a prefix.
    var name: [UInt8] {
        let name = text(TarBlock.name)
        let prefix: [UInt8]
        switch dialect {
        case .v7, .gnu: return name
        case .ustar: prefix = text(TarBlock.prefix)
        case .star: prefix = text(TarBlock.starPrefix)
        }
        return prefix.isEmpty ? name : prefix + [UInt8(ascii: "/")] + name
    }

    /// Reads a number in octal digits or in GNU's base 256.
    ///
    /// - Throws: ``ArchiveError`` with the code `malformed`, which tells `label`.
    func number(_ field: Range<Int>, _ label: StaticString) throws(ArchiveError) -> Int64 {
        let bytes = block[field]
        guard let number = block[field.lowerBound] & 0x80 == 0 ? Self.octal(bytes) : Self.binary(bytes) else {
            throw ArchiveError(.malformed, "a tar header has a wrong number as its \(label)", offset: place)
        }
        return number
    }

    /// Whether the byte at `index` is not NUL.
    func isSet(_ index: Int) -> Bool { block[index] != 0 }

    /// Octal digits between spaces and NULs; nothing but those is 0. What follows the first NUL or space after the
    /// digits does not count.
    private static func octal(_ field: ArraySlice<UInt8>) -> Int64? {
        var value: Int64 = 0
        var hasDigits = false
        for byte in field {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "7"):
                // 12 digits, the most a field has, are 36 bits.
                value = value << 3 | Int64(byte & 7)
                hasDigits = true
            case 0, UInt8(ascii: " "):
                if hasDigits { return value }
            default:
                return nil
            }
        }
        return value
    }

    /// A two's complement number whose first bit is set to tell it from text.
    private static func binary(_ field: ArraySlice<UInt8>) -> Int64? {
        guard let first = field.first else { return nil }
        let inversion: UInt8 = first & 0x40 == 0 ? 0 : 0xff
        var value: UInt64 = 0
        for (index, byte) in field.enumerated() {
            let bits = (byte ^ inversion) & (index == 0 ? 0x7f : 0xff)
            guard value >> 55 == 0 else { return nil }
            value = value << 8 | UInt64(bits)
        }
        return inversion == 0 ? Int64(value) : ~Int64(value)
    }
}
