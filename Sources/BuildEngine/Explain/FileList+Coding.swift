/// The form in which the store keeps a list: for each file the number of bytes that its path shares with the one before,
/// the rest of the path, and what counts. Numbers have seven bits a byte, the lowest first.
extension FileList {
    /// The list as bytes.
    var encoded: [UInt8] {
        var writer = NumberWriter()
        var previous: [UInt8] = []
        for entry in entries {
            let shared = zip(previous, entry.path).prefix { $0 == $1 }.count
            writer.add(UInt64(shared))
            writer.add(entry.path[shared...])
            previous = entry.path
            for number in [
                UInt64(entry.kind), UInt64(entry.mode), UInt64(entry.uid), UInt64(entry.gid), entry.attributes,
            ] {
                writer.add(number)
            }
            writer.add(entry.target[...])
            writer.add(fixed: entry.content)
        }
        return writer.bytes
    }

    /// Reads what `encoded` gave; nil for anything else.
    init?(decoding bytes: [UInt8]) {
        var reader = NumberReader(bytes: bytes[...])
        var entries: [Entry] = []
        while !reader.bytes.isEmpty {
            guard let shared = reader.number(), shared <= UInt64(entries.last?.path.count ?? 0),
                let rest = reader.text(),
                let kind = reader.number().flatMap(UInt8.init(exactly:)),
                let mode = reader.number().flatMap(UInt16.init(exactly:)),
                let uid = reader.number().flatMap(UInt32.init(exactly:)),
                let gid = reader.number().flatMap(UInt32.init(exactly:)), let attributes = reader.number(),
                let target = reader.text(), let content = reader.fixed()
            else { return nil }
            let path = (entries.last?.path.prefix(Int(shared)) ?? []) + rest
            entries.append(
                Entry(
                    path: Array(path), kind: kind, mode: mode, uid: uid, gid: gid, target: Array(target),
                    content: content, attributes: attributes))
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

    mutating func add(_ text: ArraySlice<UInt8>) {
        add(UInt64(text.count))
        bytes += text
    }

    /// A number without any redundancy, as eight bytes.
    mutating func add(fixed number: UInt64) {
        for shift in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: number >> (shift * 8))) }
    }
}

private struct NumberReader {
    var bytes: ArraySlice<UInt8>

    mutating func number() -> UInt64? {
        var value: UInt64 = 0
        for shift in 0..<10 {
            guard let byte = bytes.popFirst() else { return nil }
            let part = UInt64(byte & 0x7f)
            guard shift < 9 || part <= 1 else { return nil }
            value |= part << (shift * 7)
            if byte < 0x80 { return value }
        }
        return nil
    }

    mutating func text() -> ArraySlice<UInt8>? {
        guard let count = number(), count <= UInt64(bytes.count) else { return nil }
        defer { bytes = bytes.dropFirst(Int(count)) }
        return bytes.prefix(Int(count))
    }

    mutating func fixed() -> UInt64? {
        guard bytes.count >= 8 else { return nil }
        var value: UInt64 = 0
        for shift in 0..<8 { value |= UInt64(bytes[bytes.startIndex + shift]) << (shift * 8) }
        bytes = bytes.dropFirst(8)
        return value
    }
}
