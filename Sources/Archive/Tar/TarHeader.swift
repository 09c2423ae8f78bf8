/// The fields of one ustar header block, ready to be written.
///
/// Everything is laid out as Go's archive/tar does it, so that an archive written here equals one that containerd or
/// Docker write from the same entries.
struct TarHeader {
    var name: [UInt8]
    var prefix: [UInt8] = []
    var link: [UInt8] = []
    var type: UInt8
    var mode: Int64 = 0
    var uid: Int64 = 0
    var gid: Int64 = 0
    var size: Int64 = 0
    var mtime: Int64 = 0
    /// Major and minor number; `nil` leaves the two fields empty.
    var device: (major: Int64, minor: Int64)? = (0, 0)

    /// Writes the block into `block`, which has 512 bytes, all zero.
    ///
    /// Names longer than their field are cut; numbers beyond their field become 0. In both cases an extended header
    /// carries the real value.
    func encode(into block: inout MutableSpan<UInt8>) {
        Self.put(name, into: &block, at: TarBlock.name)
        Self.put(mode, into: &block, at: TarBlock.mode)
        Self.put(uid, into: &block, at: TarBlock.uid)
        Self.put(gid, into: &block, at: TarBlock.gid)
        Self.put(size, into: &block, at: TarBlock.length)
        Self.put(mtime, into: &block, at: TarBlock.mtime)
        block[TarBlock.type] = type
        Self.put(link, into: &block, at: TarBlock.linkName)
        Self.put(Self.magic, into: &block, at: TarBlock.magic.lowerBound..<TarBlock.version.upperBound)
        if let device {
            Self.put(device.major, into: &block, at: TarBlock.deviceMajor)
            Self.put(device.minor, into: &block, at: TarBlock.deviceMinor)
        }
        Self.put(prefix, into: &block, at: TarBlock.prefix)

        // The sum is taken with its own field full of spaces: six digits, NUL, space.
        var sum = Int64(TarBlock.checksum.count) * 0x20
        for index in 0..<TarBlock.size { sum += Int64(block[index]) }
        Self.put(sum, into: &block, at: TarBlock.checksum.lowerBound..<TarBlock.checksum.upperBound - 1)
        block[TarBlock.checksum.upperBound - 1] = 0x20
    }

    private static let magic = Array("ustar\u{0}00".utf8)

    private static func put(_ text: [UInt8], into block: inout MutableSpan<UInt8>, at field: Range<Int>) {
        var count = min(text.count, field.count)
        if text.count > field.count {
            // Some readers take a file whose cut name ends in a slash for a directory.
            while count > 0, text[count - 1] == UInt8(ascii: "/") { count -= 1 }
        }
        for index in 0..<count { block[field.lowerBound + index] = text[index] }
    }

    private static func put(_ number: Int64, into block: inout MutableSpan<UInt8>, at field: Range<Int>) {
        let digits = field.count - 1
        var rest = number < 0 || number >> (3 * Int64(digits)) != 0 ? 0 : number
        for index in stride(from: field.lowerBound + digits - 1, through: field.lowerBound, by: -1) {
            block[index] = UInt8(ascii: "0") + UInt8(rest & 7)
            rest >>= 3
        }
    }
}
