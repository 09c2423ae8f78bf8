/// The lines of a text file, without their ends; bytes that are no UTF-8 are replaced.
struct TextLines: Sequence {
    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    func makeIterator() -> Iterator { Iterator(bytes: bytes) }

    struct Iterator: IteratorProtocol {
        fileprivate let bytes: [UInt8]
        private var position = 0

        fileprivate init(bytes: [UInt8]) { self.bytes = bytes }

        mutating func next() -> Substring? {
            guard position < bytes.count else { return nil }
            var end = bytes[position...].firstIndex(of: 0x0a) ?? bytes.endIndex
            let after = end + 1
            if end > position, bytes[end - 1] == 0x0d { end -= 1 }
            defer { position = after }
            return Substring(decoding: bytes[position..<end], as: UTF8.self)
        }
    }
}

extension Substring {
    /// Without blanks at both ends.
    var trimmed: Substring {
        var rest = self
        while let first = rest.first, first.isWhitespace { rest.removeFirst() }
        while let last = rest.last, last.isWhitespace { rest.removeLast() }
        return rest
    }

    /// What stands before and behind the first `separator`; nil when there is none.
    func cut(_ separator: Character) -> (Substring, Substring)? {
        guard let place = firstIndex(of: separator) else { return nil }
        return (self[..<place], self[index(after: place)...])
    }
}

extension String {
    /// The last component of a path.
    var lastPathComponent: Substring {
        guard let slash = utf8.lastIndex(of: UInt8(ascii: "/")) else { return self[...] }
        return self[utf8.index(after: slash)...]
    }

    /// The path without its last component; empty for what lies in the root.
    var parentPath: Substring {
        guard let slash = utf8.lastIndex(of: UInt8(ascii: "/")) else { return "" }
        return self[..<slash]
    }
}

extension UInt8 {
    var isLetterOrDigit: Bool { isASCIILetter || isASCIIDigit }

    var isASCIILetter: Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self)
    }

    var isASCIIDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
}

/// Fields as in a mail's header, which dpkg and Python use: `Name: value`, continued by lines that begin with a blank.
struct HeaderFields {
    private(set) var values: [String: String] = [:]
    private var last: String?

    var isEmpty: Bool { values.isEmpty }

    /// The value of a field; empty for none.
    subscript(_ name: String) -> String { values[name] ?? "" }

    /// Takes the next line. What is neither a field nor goes on with one is passed over.
    mutating func add(_ line: Substring) {
        if line.hasPrefix(" ") || line.hasPrefix("\t") {
            guard let last else { return }
            values[last, default: ""] += "\n" + line.trimmed
        } else if let (name, value) = line.cut(":"), !name.isEmpty {
            let name = String(name.trimmed)
            values[name] = String(value.trimmed)
            last = name
        }
    }

    /// Takes lines up to the first empty one behind a field; nil when there are no more fields.
    static func paragraph(_ lines: inout TextLines.Iterator) -> HeaderFields? {
        var fields = HeaderFields()
        while let line = lines.next() {
            if line.isEmpty {
                if !fields.isEmpty { break }
            } else {
                fields.add(line)
            }
        }
        return fields.isEmpty ? nil : fields
    }
}
