internal import Glibc
internal import OCI

/// Files by path in one array of bytes, which is also what the index stores: to load it costs a read and one pass.
///
/// A dictionary of paths was five times slower for 22,900 files. Each entry is
///
///     0  UInt32  length of the path      16 Int64  modification time      40  32 bytes  SHA-256
///     4  UInt8   seen (0 in the index)   24 Int64  change time            72            path
///     5  UInt8   plain                   32 UInt64 inode
///     8  UInt64  size
///
/// in the machine's byte order: the index does not travel.
struct StatTable: Sendable {
    /// What is known about one file besides its path.
    struct Entry: Hashable {
        var size: UInt64
        var modified: Int64
        var changed: Int64
        var inode: UInt64
        /// Whether it has no extended attributes that an image keeps.
        var isPlain = false
    }

    /// The number of files.
    private(set) var count = 0
    /// The number of files that were found or set since the table was made.
    private(set) var seenCount = 0
    /// The number of files that were added or changed, and the sum of their sizes.
    private(set) var changed: (files: Int, bytes: UInt64) = (0, 0)

    private var bytes: [UInt8] = []
    /// Offsets of entries plus one, by hash, with linear probing; 0 is free. Their number is a power of two.
    private var slots: [UInt32] = Array(repeating: 0, count: 64)

    private static let headerSize = 72
    private static let digestOffset = 40

    /// A table without files.
    init() {}

    /// The table that `encoded` gave; what cannot be one is a table without files.
    init(decoding encoded: [UInt8]) {
        guard encoded.count < Int(UInt32.max) else { return }
        var table = StatTable()
        table.bytes = encoded
        var offset = 0
        while offset < encoded.count {
            guard encoded.count - offset >= Self.headerSize else { return }
            let end = offset + Self.headerSize + table.pathLength(offset)
            guard end <= encoded.count else { return }
            table.bytes[offset + 4] = 0
            table.insert(offset)
            offset = end
        }
        self = table
    }

    /// All files, or only those that were found or set.
    func encoded(onlySeen: Bool) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var offset = 0
        while offset < bytes.count {
            let end = offset + Self.headerSize + pathLength(offset)
            if !onlySeen || bytes[offset + 4] == 1 { result.append(contentsOf: bytes[offset..<end]) }
            offset = end
        }
        return result
    }

    /// What is known about the file at `path`.
    func entry(_ path: UnsafeRawBufferPointer) -> (entry: Entry, offset: Int)? {
        guard let offset = unsafe find(path).offset else { return nil }
        return unsafe bytes.withUnsafeBytes { buffer in
            let entry = unsafe Entry(
                size: buffer.loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self),
                modified: buffer.loadUnaligned(fromByteOffset: offset + 16, as: Int64.self),
                changed: buffer.loadUnaligned(fromByteOffset: offset + 24, as: Int64.self),
                inode: buffer.loadUnaligned(fromByteOffset: offset + 32, as: UInt64.self),
                isPlain: buffer[offset + 5] == 1)
            return (entry, offset)
        }
    }

    /// The digest of the entry at `offset`, which counts as seen from now on.
    mutating func digest(at offset: Int) -> Digest? {
        markSeen(offset)
        let start = offset + Self.digestOffset
        return Digest(algorithm: .sha256, bytes: bytes[start..<start + 32])
    }

    /// Sets what is known about the file at `path`.
    ///
    /// - Parameter digest: 32 bytes.
    mutating func set(_ path: UnsafeRawBufferPointer, _ entry: Entry, digest: [UInt8]) {
        var header: [UInt8] = []
        unsafe withUnsafeBytes(of: UInt32(path.count)) { unsafe header.append(contentsOf: $0) }
        header += [0, entry.isPlain ? 1 : 0, 0, 0]
        for number in [entry.size, UInt64(bitPattern: entry.modified), UInt64(bitPattern: entry.changed), entry.inode] {
            unsafe withUnsafeBytes(of: number) { unsafe header.append(contentsOf: $0) }
        }
        header += digest
        let offset: Int
        if let existing = unsafe find(path).offset {
            offset = existing
            header[4] = bytes[offset + 4]
            if bytes[offset..<offset + Self.headerSize] == header[...] { return markSeen(offset) }
            bytes.replaceSubrange(offset..<offset + Self.headerSize, with: header)
        } else {
            guard bytes.count + header.count + path.count < Int(UInt32.max) else { return }
            offset = bytes.count
            bytes += header
            unsafe bytes.append(contentsOf: path)
            insert(offset)
        }
        changed.files += 1
        changed.bytes = changed.bytes.addingReportingOverflow(entry.size).partialValue
        markSeen(offset)
    }

    private mutating func markSeen(_ offset: Int) {
        if bytes[offset + 4] == 1 { return }
        bytes[offset + 4] = 1
        seenCount += 1
    }

    private func pathLength(_ offset: Int) -> Int {
        Int(unsafe bytes.withUnsafeBytes { unsafe $0.loadUnaligned(fromByteOffset: offset, as: UInt32.self) })
    }

    /// Where the entry of a path is, if there is one, and the slot that holds it or is free for it.
    private func find(_ path: UnsafeRawBufferPointer) -> (slot: Int, offset: Int?) {
        unsafe bytes.withUnsafeBytes { buffer in
            // Seeded by chance, so that nobody can choose names that all collide.
            var hasher = Hasher()
            unsafe hasher.combine(bytes: path)
            var slot = hasher.finalize() & (slots.count - 1)
            while slots[slot] != 0 {
                let offset = Int(slots[slot]) - 1
                let length = unsafe Int(buffer.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
                if length == path.count {
                    let start = offset + Self.headerSize
                    guard length > 0, let left = path.baseAddress, let right = buffer.baseAddress else {
                        return (slot, offset)
                    }
                    if unsafe memcmp(left, right + start, length) == 0 { return (slot, offset) }
                }
                slot = (slot + 1) & (slots.count - 1)
            }
            return (slot, nil)
        }
    }

    /// Enters the entry at `offset`, whose path is not yet in the table, into the slots.
    private mutating func insert(_ offset: Int) {
        count += 1
        if count * 2 > slots.count {
            let old = slots
            slots = Array(repeating: 0, count: old.count * 2)
            for slot in old where slot != 0 { enter(Int(slot) - 1) }
        }
        enter(offset)
    }

    private mutating func enter(_ offset: Int) {
        let start = offset + Self.headerSize
        let end = start + pathLength(offset)
        let slot = unsafe bytes.withUnsafeBytes { buffer in
            unsafe find(UnsafeRawBufferPointer(rebasing: buffer[start..<end])).slot
        }
        slots[slot] = UInt32(offset + 1)
    }
}
