/// The places of the fields in a header block, and other constants of the format: POSIX.1-2017, pax, "ustar
/// Interchange Format"; GNU tar manual, "Basic Tar Format".
enum TarBlock {
    static let size = 512

    static let name = 0..<100
    static let mode = 100..<108
    static let uid = 108..<116
    static let gid = 116..<124
    static let length = 124..<136
    static let mtime = 136..<148
    static let checksum = 148..<156
    static let type = 156
    static let linkName = 157..<257
    static let magic = 257..<263
    static let version = 263..<265
    static let deviceMajor = 329..<337
    static let deviceMinor = 337..<345
    static let prefix = 345..<500
    /// The prefix in the archives of star, which keeps two times and a trailer behind it.
    static let starPrefix = 345..<476
    static let starTrailer = 508..<512

    /// The fields of GNU tar's own headers which describe a sparse file.
    static let gnuSparse = 386..<482
    static let gnuSparseIsExtended = 482
    static let gnuRealSize = 483..<495
    /// The block that goes on with the list of a sparse file.
    static let gnuExtensionSparse = 0..<504
    static let gnuExtensionIsExtended = 504

    /// The greatest value of a numeric field of 8 bytes, and of one of 12 bytes.
    static let greatestShortNumber: Int64 = 0o7777777
    static let greatestLongNumber: Int64 = 0o77777777777

    /// The bytes that fill up `count` bytes to whole blocks.
    static func padding(after count: Int64) -> Int {
        Int(-count & 511)
    }
}
