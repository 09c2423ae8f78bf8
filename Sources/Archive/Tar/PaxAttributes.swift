internal import FileSystem

/// What pax extended headers say about an entry.
struct PaxAttributes {
    var path: [UInt8]?
    var linkPath: [UInt8]?
    var size: Int64?
    var uid: UInt32?
    var gid: UInt32?
    var mtime: Timestamp?
    private(set) var xattrs: [ExtendedAttribute] = []
    private var xattrIndices: [[UInt8]: Int] = [:]
    private var attributeNamesSize = 0
    var sparse = SparseRecords()

    init() {}

    /// Adds the records of one extended header; an empty value takes back what an earlier header said.
    ///
    /// - Parameter place: where the header stands, for errors.
    /// - Returns: how many records there are.
    /// - Throws: ``ArchiveError`` with the code `malformed` or `limitExceeded`.
    mutating func apply(_ body: [UInt8], at place: Int64) throws(ArchiveError) -> Int {
        var rest = body[...]
        var count = 0
        while let record = try Self.record(in: &rest, at: place) {
            try set(record.key, record.value, at: place)
            count += 1
        }
        return count
    }

    /// Takes the next "length key=value\n".
    private static func record(
        in rest: inout ArraySlice<UInt8>, at place: Int64
    ) throws(ArchiveError) -> (key: ArraySlice<UInt8>, value: ArraySlice<UInt8>)? {
        // Some programs fill up the header with NULs.
        guard let first = rest.first, first != 0 else { return nil }
        let digits = rest.prefix(8).prefix { $0 != UInt8(ascii: " ") }
        guard let length = Int(decimal: digits), length > digits.count + 1, length <= rest.count,
            rest[rest.startIndex + digits.count] == UInt8(ascii: " "),
            rest[rest.startIndex + length - 1] == UInt8(ascii: "\n")
        else {
            throw ArchiveError(.malformed, "an extended header has a record of a wrong length", offset: place)
        }
        let text = rest[rest.startIndex + digits.count + 1..<rest.startIndex + length - 1]
        guard let equals = text.firstIndex(of: UInt8(ascii: "=")), equals > text.startIndex else {
            throw ArchiveError(.malformed, "an extended header has a record without a key", offset: place)
        }
        rest = rest.dropFirst(length)
        return (text[..<equals], text[(equals + 1)...])
    }

    private mutating func set(
        _ keyBytes: ArraySlice<UInt8>, _ value: ArraySlice<UInt8>, at place: Int64
    ) throws(ArchiveError) {
        guard let key = String(validating: keyBytes, as: UTF8.self) else {
            throw ArchiveError(.unsupported, "an extended header has a key which is not UTF-8", offset: place)
        }
        let isEmpty = value.isEmpty
        switch key {
        case "path":
            path = isEmpty ? nil : try Self.name(value, key, at: place)
        case "linkpath":
            linkPath = isEmpty ? nil : try Self.name(value, key, at: place)
        case "size":
            size = isEmpty ? nil : try Self.number(value, key, at: place)
        case "uid":
            uid = isEmpty ? nil : try Self.identifier(value, key, at: place)
        case "gid":
            gid = isEmpty ? nil : try Self.identifier(value, key, at: place)
        case "mtime":
            mtime = isEmpty ? nil : try Self.time(value, key, at: place)
        default:
            // Bytes are compared, since text has other ideas of what a prefix is. What matches neither are access times,
            // names of users, comments, the character set, and what other programs invented.
            if keyBytes.starts(with: Self.attributePrefix) {
                try setAttribute(keyBytes.dropFirst(Self.attributePrefix.count), value, at: place)
            } else if keyBytes.starts(with: Self.sparsePrefix) {
                try sparse.set(keyBytes.dropFirst(Self.sparsePrefix.count), value, at: place)
            }
        }
    }

    static let attributePrefix = Array("SCHILY.xattr.".utf8)
    private static let sparsePrefix = Array("GNU.sparse.".utf8)

    /// XATTR_SIZE_MAX and XATTR_LIST_MAX of the kernel: no file has a longer value, or more names.
    private static let greatestAttributeSize = 65_536

    private mutating func setAttribute(
        _ encodedName: ArraySlice<UInt8>, _ value: ArraySlice<UInt8>, at place: Int64
    ) throws(ArchiveError) {
        // GNU tar and this module's writer encode "=" and "%", but no other program does.
        var name = Array(encodedName)
        if name.contains(UInt8(ascii: "%")) {
            name.replace(Array("%3D".utf8), with: Array("=".utf8))
            name.replace(Array("%25".utf8), with: Array("%".utf8))
        }
        let attribute = ExtendedAttribute(name: String(decoding: name, as: UTF8.self), value: Array(value))
        if let index = xattrIndices[name] {
            xattrs[index] = attribute
        } else {
            attributeNamesSize += name.count + 1
            xattrIndices[name] = xattrs.count
            xattrs.append(attribute)
        }
        guard max(value.count, attributeNamesSize) <= Self.greatestAttributeSize else {
            throw ArchiveError(
                .limitExceeded, "an entry has more extended attributes than a file can have", offset: place)
        }
    }

    static func name(_ value: ArraySlice<UInt8>, _ key: String, at place: Int64) throws(ArchiveError) -> [UInt8] {
        guard !value.contains(0) else {
            throw ArchiveError(.malformed, "an extended header has a \(key) with a NUL in it", offset: place)
        }
        return Array(value)
    }

    static func number(_ value: ArraySlice<UInt8>, _ key: String, at place: Int64) throws(ArchiveError) -> Int64 {
        guard let number = Int64(decimal: value) else { throw malformed(key, at: place) }
        return number
    }

    private static func identifier(
        _ value: ArraySlice<UInt8>, _ key: String, at place: Int64
    ) throws(ArchiveError) -> UInt32 {
        guard let number = UInt32(decimal: value) else { throw malformed(key, at: place) }
        return number
    }

    /// Reads decimal seconds; digits beyond nanoseconds are cut off.
    private static func time(_ value: ArraySlice<UInt8>, _ key: String, at place: Int64) throws(ArchiveError)
        -> Timestamp
    {
        let isNegative = value.first == UInt8(ascii: "-")
        let parts = (isNegative ? value.dropFirst() : value).split(
            separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first, let seconds = Int64(decimal: whole) else { throw malformed(key, at: place) }
        var nanoseconds: Int32 = 0
        if parts.count == 2 {
            let digits = parts[1].prefix(9)
            guard parts[1].allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
                throw malformed(key, at: place)
            }
            for digit in digits { nanoseconds = nanoseconds * 10 + Int32(digit - UInt8(ascii: "0")) }
            for _ in digits.count..<9 { nanoseconds *= 10 }
        }
        guard isNegative else { return Timestamp(seconds: seconds, nanoseconds: nanoseconds) }
        if nanoseconds == 0 { return Timestamp(seconds: -seconds) }
        return Timestamp(seconds: -seconds - 1, nanoseconds: 1_000_000_000 - nanoseconds)
    }

    private static func malformed(_ key: String, at place: Int64) -> ArchiveError {
        ArchiveError(.malformed, "an extended header has a wrong number as its \(key)", offset: place)
    }
}

extension FixedWidthInteger {
    /// Reads decimal digits; a sign, nothing at all, or more than fits, gives `nil`.
    init?(decimal digits: some Collection<UInt8>) {
        guard !digits.isEmpty else { return nil }
        var value: Self = 0
        for byte in digits {
            guard let digit = Self(exactly: Int(byte) - 0x30), (0...9).contains(digit) else { return nil }
            let (product, hasOverflowed) = value.multipliedReportingOverflow(by: 10)
            let (sum, isTooLarge) = product.addingReportingOverflow(digit)
            if hasOverflowed || isTooLarge { return nil }
            value = sum
        }
        self = value
    }
}
