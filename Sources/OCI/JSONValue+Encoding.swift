extension JSONValue {
    /// The document as bytes, the same for equal trees: first the keys that the specifications list, in their order,
    /// then all others in the order of their bytes.
    ///
    /// - Parameter indentation: Blanks per level; nil writes everything on one line.
    public func encoded(indentation: Int? = nil) -> [UInt8] {
        var writer = JSONWriter(indentation: indentation)
        writer.write(self)
        return writer.bytes
    }
}

/// Where a well-known key stands among its siblings. One table serves all documents: it matters only that the order is
/// fixed and that a person meets `mediaType` before the list that it explains.
private let keyRanks: [String: Int] = {
    let keys = [
        // Manifest, index and descriptor.
        "schemaVersion", "mediaType", "artifactType", "digest", "size", "urls", "data", "manifests", "subject",
        // Image configuration and platform.
        "created", "created_by", "author", "architecture", "os", "os.version", "os.features", "variant", "platform",
        "config", "layers", "annotations", "rootfs", "history", "type", "diff_ids",
        // What a container starts with.
        "User", "ExposedPorts", "Env", "Entrypoint", "Cmd", "Volumes", "WorkingDir", "Labels", "StopSignal",
        "ArgsEscaped", "Healthcheck", "OnBuild", "Shell",
        "Test", "Interval", "Timeout", "StartPeriod", "StartInterval", "Retries",
    ]
    return Dictionary(uniqueKeysWithValues: zip(keys, 0...))
}()

private struct JSONWriter {
    let indentation: Int?
    var bytes: [UInt8] = []
    var level = 0

    init(indentation: Int?) { self.indentation = indentation }

    mutating func write(_ value: JSONValue) {
        switch value {
        case .null: put("null")
        case .bool(let value): put(value ? "true" : "false")
        case .integer(let value): put(String(value))
        case .number(let text): put(text)
        case .string(let text): put(quoting: text)
        case .array(let elements):
            list("[", elements, "]") { writer, element in writer.write(element) }
        case .object(let members):
            list("{", members.sorted(by: Self.precedes), "}") { writer, member in
                writer.put(quoting: member.key)
                writer.put(writer.indentation == nil ? ":" : ": ")
                writer.write(member.value)
            }
        }
    }

    static func precedes(_ left: (key: String, value: JSONValue), _ right: (key: String, value: JSONValue)) -> Bool {
        let leftRank = keyRanks[left.key] ?? .max
        let rightRank = keyRanks[right.key] ?? .max
        if leftRank != rightRank { return leftRank < rightRank }
        return left.key.utf8.lexicographicallyPrecedes(right.key.utf8)
    }

    mutating func list<Element>(
        _ opening: String, _ elements: [Element], _ closing: String, each: (inout JSONWriter, Element) -> Void
    ) {
        put(opening)
        level += 1
        for (offset, element) in elements.enumerated() {
            if offset > 0 { put(",") }
            breakLine()
            each(&self, element)
        }
        level -= 1
        if !elements.isEmpty { breakLine() }
        put(closing)
    }

    mutating func breakLine() {
        guard let indentation else { return }
        bytes.append(0x0a)
        bytes.append(contentsOf: repeatElement(0x20, count: level * indentation))
    }

    mutating func put(_ text: String) { bytes.append(contentsOf: text.utf8) }

    mutating func put(quoting text: String) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            case 0x0a: put("\\n")
            case 0x0d: put("\\r")
            case 0x09: put("\\t")
            case 0..<0x20:
                put("\\u00")
                bytes.append(hexadecimalDigit(byte >> 4))
                bytes.append(hexadecimalDigit(byte & 15))
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
