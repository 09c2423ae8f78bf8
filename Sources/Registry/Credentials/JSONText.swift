internal import HTTP
internal import OCI

/// A JSON document that is changed in single places: everything else, order and blanks included, stays as its author
/// wrote it.
struct JSONText: Sendable {
    private(set) var bytes: [UInt8]

    private struct Member {
        var key: String
        /// From the key's quote to the end of the value.
        var range: Range<Int>
        var value: Range<Int>
    }

    /// - Parameter bytes: nothing, for a new document, or an object.
    /// - Throws: `invalidConfiguration` for anything else.
    init(_ bytes: [UInt8], file: String) throws(RegistryError) {
        let isEmpty = bytes.allSatisfy(\.isJSONBlank)
        self.bytes = isEmpty ? Array("{}\n".utf8) : bytes
        // What is taken apart below has passed the parser.
        guard let root = try? JSONValue(parsing: self.bytes), let members = root.objectValue,
            members["auths"].map({ $0.objectValue != nil || $0 == .null }) ?? true
        else { throw RegistryError(.invalidConfiguration, "\(file) does not hold what `login` could add to") }
    }

    /// Sets a member of the object that is the member `parent` of the document.
    mutating func set(_ key: String, in parent: String, to value: JSONValue) throws(RegistryError) {
        let top = members(of: rootRange)
        // Of equal keys the last one counts.
        guard let object = top.last(where: { $0.key == parent }), bytes[object.value.lowerBound] == UInt8(ascii: "{")
        else {
            remove(parent, from: rootRange)
            insert(parent, [UInt8](#"{}"#.utf8), into: rootRange, depth: 1)
            return try set(key, in: parent, to: value)
        }
        let text = nested(value, depth: 2)
        if let member = members(of: object.value).last(where: { $0.key == key }) {
            bytes.replaceSubrange(member.value, with: text)
        } else {
            insert(key, text, into: object.value, depth: 2)
        }
    }

    /// Removes a member of the object that is the member `parent` of the document.
    mutating func remove(_ key: String, in parent: String) throws(RegistryError) {
        guard let object = members(of: rootRange).last(where: { $0.key == parent }) else { return }
        remove(key, from: object.value)
    }

    private mutating func remove(_ key: String, from object: Range<Int>) {
        var object = object
        while true {
            let all = members(of: object)
            guard let position = all.firstIndex(where: { $0.key == key }) else { return }
            // With the comma behind it, or before it where it is the last.
            let range =
                if position + 1 < all.count {
                    all[position].range.lowerBound..<all[position + 1].range.lowerBound
                } else if position > 0 {
                    all[position - 1].range.upperBound..<all[position].range.upperBound
                } else { object.lowerBound + 1..<object.upperBound - 1 }
            bytes.removeSubrange(range)
            object = object.lowerBound..<object.upperBound - range.count
        }
    }

    private mutating func insert(_ key: String, _ value: [UInt8], into object: Range<Int>, depth: Int) {
        let members = members(of: object)
        let name = JSONValue.string(key).encoded() + Array(": ".utf8) + value
        if let last = members.last {
            // As the first one stands.
            let blanks = bytes[(object.lowerBound + 1)..<members[0].range.lowerBound]
            bytes.insert(contentsOf: Array(",".utf8) + blanks + name, at: last.range.upperBound)
        } else {
            let line = Array("\n".utf8) + indentation(depth) + name + Array("\n".utf8) + indentation(depth - 1)
            bytes.replaceSubrange(object.lowerBound + 1..<object.upperBound - 1, with: line)
        }
    }

    private func indentation(_ depth: Int) -> [UInt8] { [UInt8](repeating: UInt8(ascii: "\t"), count: depth) }

    private func nested(_ value: JSONValue, depth: Int) -> [UInt8] {
        let members = (value.objectValue ?? [:]).sorted { $0.key < $1.key }
        guard !members.isEmpty else { return value.encoded() }
        let lines = members.map {
            indentation(depth + 1) + JSONValue.string($0.key).encoded() + Array(": ".utf8) + $0.value.encoded()
        }
        return Array("{\n".utf8) + lines.joined(separator: Array(",\n".utf8)) + Array("\n".utf8) + indentation(depth)
            + Array("}".utf8)
    }

    // MARK: Reading

    private var rootRange: Range<Int> {
        let start = bytes.firstIndex(of: UInt8(ascii: "{")) ?? 0
        let end = bytes.lastIndex(of: UInt8(ascii: "}")) ?? bytes.count - 1
        return start..<end + 1
    }

    /// The members of the object at `range`.
    private func members(of range: Range<Int>) -> [Member] {
        var members: [Member] = []
        var position = range.lowerBound + 1
        while position < range.upperBound {
            while position < range.upperBound, bytes[position] != UInt8(ascii: "\"") { position += 1 }
            guard position < range.upperBound else { break }
            let start = position
            position = end(ofValueAt: position)
            let key = (try? JSONValue(parsing: Array(bytes[start..<position])))?.stringValue ?? ""
            while position < range.upperBound, bytes[position].isJSONBlank || bytes[position] == UInt8(ascii: ":") {
                position += 1
            }
            let value = position
            position = end(ofValueAt: position)
            members.append(Member(key: key, range: start..<position, value: value..<position))
        }
        return members
    }

    /// Behind the value that begins at `start`.
    private func end(ofValueAt start: Int) -> Int {
        var position = start
        var depth = 0
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                position += 1
                while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
                    position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1
                }
                if depth == 0 { return min(position + 1, bytes.count) }
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                // The end of what a number or word stands in.
                if depth == 0 { return position }
                depth -= 1
                if depth == 0 { return position + 1 }
            case UInt8(ascii: ","): if depth == 0 { return position }
            default: if depth == 0, bytes[position].isJSONBlank { return position }
            }
            position += 1
        }
        return position
    }
}

extension UInt8 {
    fileprivate var isJSONBlank: Bool { self == 0x20 || self == 0x0a || self == 0x0d || self == 0x09 }
}
