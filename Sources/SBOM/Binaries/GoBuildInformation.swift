/// What the Go linker writes into a binary about the modules it was built from (Go's debug/buildinfo and runtime/debug).
struct GoBuildInformation {
    struct Module: Equatable {
        var path: String
        var version: String
    }

    /// Such as `go1.22.1`.
    var goVersion = ""
    /// The path of the main package.
    var path = ""
    var main: Module?
    /// Each dependency, or what it was replaced by.
    var dependencies: [Module] = []
    var settings: [String: String] = [:]

    private static let magic = Array("\u{ff} Go buildinf:".unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) })
    private static let headerSize = 32
    /// How far into its data a binary is searched, as Go's own reader does.
    private static let searched = 1 << 20

    /// Reads it; nil when the binary has none.
    ///
    /// - Throws: `damaged` when it has one that is cut off.
    init?(_ elf: ELFFile) throws {
        guard let (header, address) = try Self.find(elf) else { return nil }
        let modules: [UInt8]
        if header[15] & 2 != 0 {
            // From Go 1.18 on: both strings stand behind the header, each behind its length.
            var cursor = address + Self.headerSize
            goVersion = String(decoding: try Self.inlineString(elf, &cursor), as: UTF8.self)
            modules = try Self.inlineString(elf, &cursor)
        } else {
            // Before: the header has the addresses of two strings of a running program.
            let isWide = header[14] == 8
            guard isWide || header[14] == 4 else { throw SBOMError.damaged("its build information is damaged") }
            let order: ByteReader.Order = header[15] & 1 != 0 ? .big : .little
            var reader = ByteReader(header, order, at: 16)
            goVersion = String(
                decoding: try Self.string(elf, try reader.word(isWide: isWide), order, isWide), as: UTF8.self)
            modules = try Self.string(elf, try reader.word(isWide: isWide), order, isWide)
        }
        guard !goVersion.isEmpty else { return nil }
        // Marks of 16 bytes stand around the text, for those who search a file for it.
        if modules.count >= 33, modules[modules.count - 17] == 0x0a { parse(Array(modules[16..<modules.count - 16])) }
    }

    private static func find(_ elf: ELFFile) throws -> (header: [UInt8], address: Int)? {
        let start: Int
        let size: Int
        if let section = elf.section(".go.buildinfo") {
            (start, size) = (section.address, min(section.size, searched))
        } else if let data = elf.dataStart {
            (start, size) = (data, searched)
        } else {
            return nil
        }
        let bytes = try elf.bytes(atAddress: start, count: size)
        var offset = 0
        while offset + headerSize <= bytes.count {
            if bytes[offset] == 0xff, bytes[offset...].starts(with: magic) {
                return (Array(bytes[offset..<offset + headerSize]), start + offset)
            }
            offset += 16
        }
        return nil
    }

    private static func inlineString(_ elf: ELFFile, _ cursor: inout Int) throws -> [UInt8] {
        // A length in groups of 7 bits, the lowest first.
        var length = 0
        var shift = 0
        for byte in try elf.bytes(atAddress: cursor, count: 10) {
            cursor += 1
            guard shift < 35 else { break }
            length |= Int(byte & 0x7f) << shift
            shift += 7
            if byte & 0x80 == 0 {
                guard length <= Limit.buildInformation else { break }
                let text = try elf.bytes(atAddress: cursor, count: length)
                guard text.count == length else { break }
                cursor += length
                return text
            }
        }
        throw SBOMError.damaged("its build information is cut off")
    }

    private static func string(
        _ elf: ELFFile, _ address: Int, _ order: ByteReader.Order, _ isWide: Bool
    ) throws -> [UInt8] {
        guard address != 0 else { return [] }
        var reader = ByteReader(try elf.bytes(atAddress: address, count: isWide ? 16 : 8), order)
        let start = try reader.word(isWide: isWide)
        let count = try reader.word(isWide: isWide)
        guard count <= Limit.buildInformation else { throw SBOMError.damaged("its build information is damaged") }
        let text = try elf.bytes(atAddress: start, count: count)
        guard text.count == count else { throw SBOMError.damaged("its build information is cut off") }
        return text
    }

    /// Lines of words between tabs.
    private mutating func parse(_ bytes: [UInt8]) {
        var last: WritableKeyPath<Self, Module?>?
        for line in TextLines(bytes) {
            let words = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            let module = Module(path: words.count > 1 ? words[1] : "", version: words.count > 2 ? words[2] : "")
            switch words[0] {
            case "path": path = module.path
            case "mod":
                main = module
                last = \.main
            case "dep":
                dependencies.append(module)
                last = nil
            case "=>":
                // What stands in the place of the line before.
                if let last {
                    self[keyPath: last] = module
                } else if !dependencies.isEmpty {
                    dependencies[dependencies.count - 1] = module
                }
            case "build":
                if let (key, value) = line.dropFirst("build\t".count).cut("=") {
                    settings[String(key)] = Self.unquoted(value)
                }
            default: break
            }
        }
    }

    /// A value that Go has quoted because of blanks or quotes in it.
    private static func unquoted(_ text: Substring) -> String {
        guard text.count >= 2, let quote = text.first, quote == "\"" || quote == "`", text.last == quote else {
            return String(text)
        }
        let inside = text.dropFirst().dropLast()
        guard quote == "\"" else { return String(inside) }
        var result = ""
        var isEscaped = false
        for character in inside {
            if !isEscaped, character == "\\" {
                isEscaped = true
                continue
            }
            result.append(isEscaped && character == "n" ? "\n" : isEscaped && character == "t" ? "\t" : character)
            isEscaped = false
        }
        return result
    }
}
