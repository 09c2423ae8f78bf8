/// A cursor over bytes that somebody else wrote: nothing is read beyond their end.
struct ByteReader {
    enum Order {
        case little
        case big
    }

    let bytes: [UInt8]
    let order: Order
    var position: Int

    init(_ bytes: [UInt8], _ order: Order, at position: Int = 0) {
        self.bytes = bytes
        self.order = order
        self.position = position
    }

    /// - Throws: `damaged` when fewer are left.
    mutating func take(_ count: Int) throws(SBOMError) -> ArraySlice<UInt8> {
        guard count >= 0, position >= 0, position <= bytes.count, count <= bytes.count - position else {
            throw .damaged("it ends too early")
        }
        defer { position += count }
        return bytes[position..<position + count]
    }

    mutating func skip(_ count: Int) throws(SBOMError) { _ = try take(count) }

    mutating func byte() throws(SBOMError) -> UInt8 {
        let slice = try take(1)
        return slice[slice.startIndex]
    }

    mutating func integer16() throws(SBOMError) -> Int { Int(try number(2)) }

    mutating func integer32() throws(SBOMError) -> Int { Int(try number(4)) }

    /// - Throws: `damaged` also for what no file can be as large as.
    mutating func integer64() throws(SBOMError) -> Int {
        guard let value = Int(exactly: try number(8)) else { throw .damaged("a number in it is too large") }
        return value
    }

    /// An address or offset of 4 or 8 bytes.
    mutating func word(isWide: Bool) throws(SBOMError) -> Int { isWide ? try integer64() : try integer32() }

    private mutating func number(_ count: Int) throws(SBOMError) -> UInt64 {
        var value: UInt64 = 0
        switch order {
        case .big: for byte in try take(count) { value = value << 8 | UInt64(byte) }
        case .little: for byte in try take(count).reversed() { value = value << 8 | UInt64(byte) }
        }
        return value
    }
}
