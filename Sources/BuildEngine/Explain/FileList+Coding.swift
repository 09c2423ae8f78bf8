/// The form in which the store keeps a list: for each file the number of bytes that its path shares with the one before,
/// the rest of the path, and what counts. Numbers have seven bits a byte, the lowest first.
extension FileList {
    /// The list as bytes.
    var encoded: [UInt8] {
        var writer = NumberWriter()
        writer.bytes.reserveCapacity(entries.count * 40)
        var previous: [UInt8] = []
        for entry in entries {
            var shared = 0
            let limit = min(previous.count, entry.path.count)
            while shared < limit, previous[shared] == entry.path[shared] { shared += 1 }
            writer.add(UInt64(shared))
            writer.add(entry.path, from: shared)
            previous = entry.path
            writer.add(UInt64(entry.kind))
            writer.add(UInt64(entry.mode))
            writer.add(UInt64(entry.uid))
            writer.add(UInt64(entry.gid))
            writer.add(entry.attributes)
            writer.add(entry.target, from: 0)
            writer.add(fixed: entry.content)
        }
        return writer.bytes
    }

    /// Reads what `encoded` gave; nil for anything else.
    init?(decoding bytes: [UInt8]) {
        var reader = NumberReader(bytes: bytes)
        var entries: [Entry] = []
        var path: [UInt8] = []
        while !reader.isAtEnd {
            guard let shared = reader.number(), shared <= UInt64(path.count) else { return nil }
            path.removeSubrange(Int(shared)...)
            guard reader.text(into: &path), let kind = reader.number().flatMap(UInt8.init(exactly:)),
                let mode = reader.number().flatMap(UInt16.init(exactly:)),
                let uid = reader.number().flatMap(UInt32.init(exactly:)),
                let gid = reader.number().flatMap(UInt32.init(exactly:)), let attributes = reader.number()
            else { return nil }
            var target: [UInt8] = []
            guard reader.text(into: &target), let content = reader.fixed() else { return nil }
            entries.append(
                Entry(
                    path: path, kind: kind, mode: mode, uid: uid, gid: gid, target: target, content: content,
                    attributes: attributes))
        }
        self.init(entries)
    }
}

private struct NumberWriter {
    var bytes: [UInt8] = []

    mutating func add(_ number: UInt64) {
        var number = number
        while number >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: number) | 0x80)
            number >>= 7
        }
        bytes.append(UInt8(number))
    }

    mutating func add(_ text: [UInt8], from start: Int) {
        add(UInt64(text.count - start))
        bytes.append(contentsOf: text[start...])
    }

    /// A number without any redundancy, as eight bytes.
    mutating func add(fixed number: UInt64) {
        for shift in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: number >> (shift * 8))) }
    }
}

private struct NumberReader {
    let bytes: [UInt8]
    private var index = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { index == bytes.count }

    mutating func number() -> UInt64? {
        var value: UInt64 = 0
        for shift in 0..<10 {
            guard index < bytes.count else { return nil }
            let byte = bytes[index]
            index += 1
            let part = UInt64(byte & 0x7f)
            guard shift < 9 || part <= 1 else { return nil }
            value |= part << (shift * 7)
            if byte < 0x80 { return value }
        }
        return nil
    }

    /// Appends a text; false where there is none.
    mutating func text(into target: inout [UInt8]) -> Bool {
        guard let count = number(), count <= UInt64(bytes.count - index) else { return false }
        target.append(contentsOf: bytes[index..<index + Int(count)])
        index += Int(count)
        return true
    }

    mutating func fixed() -> UInt64? {
        guard bytes.count - index >= 8 else { return nil }
        var value: UInt64 = 0
        for shift in 0..<8 { value |= UInt64(bytes[index + shift]) << (shift * 8) }
        index += 8
        return value
    }
}
