import CSQLite
import CZlib

@testable import SBOM

/// Files as other programs write them, made from bytes.
enum Fixture {
    static func scan(_ files: [String: [UInt8]]) throws -> BillOfMaterials { try SBOMScanner.scan(FileTree(files)) }

    static func scan(_ files: [String: String]) throws -> BillOfMaterials {
        try scan(files.mapValues { Array($0.utf8) })
    }

    static func little(_ values: Int..., width: Int) -> [UInt8] {
        values.flatMap { value in (0..<width).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) } }
    }

    static func big(_ values: Int...) -> [UInt8] {
        values.flatMap { value in (0..<4).reversed().map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) } }
    }

    // MARK: ELF

    /// An ELF file for 64 bits, little-endian: `sections` from offset 4096 on, loaded at 0x401000 as data.
    static func elf(_ sections: [(name: String, bytes: [UInt8])]) -> [UInt8] {
        var names: [UInt8] = [0]
        var body: [UInt8] = []
        var rows: [UInt8] = Array(repeating: 0, count: 64)
        for section in sections {
            rows += little(names.count, 1, width: 4) + little(3, 0x40_1000 + body.count, width: 8)
            rows += little(4096 + body.count, section.bytes.count, width: 8) + Array(repeating: 0, count: 24)
            names += Array(section.name.utf8) + [0]
            body += section.bytes
        }
        let nameOffset = 4096 + body.count
        rows += little(names.count, 3, width: 4) + little(0, 0, nameOffset, names.count + 7, width: 8)
        rows += Array(repeating: 0, count: 24)
        names += Array(".names".utf8) + [0]
        let count = sections.count + 2
        var file: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1] + Array(repeating: 0, count: 9)
        file += little(2, 62, width: 2) + little(1, width: 4) + little(0, 64, nameOffset + names.count, width: 8)
        file += little(0, width: 4) + little(64, 56, 1, 64, count, count - 1, width: 2)
        file += little(1, 6, width: 4) + little(4096, 0x40_1000, 0x40_1000, body.count, body.count, 4096, width: 8)
        file += Array(repeating: 0, count: 4096 - file.count)
        return file + body + names + rows
    }

    static let modules = """
        path\texample.org/shop/cmd/shop
        mod\texample.org/shop\t(devel)\t
        dep\tgolang.org/x/text\tv0.14.0\th1:abc=
        dep\texample.org/old\tv1.0.0
        =>\texample.org/new/v2/sub\tv2.1.0+incompatible\th1:def=
        build\tGOARCH=amd64
        build\t-ldflags="-s -X example.org/shop/internal.Version=1.4.2 -X main.commit=abc"

        """

    private static let goMagic: [UInt8] = [0xff] + Array(" Go buildinf:".utf8)

    /// What a Go linker from 1.18 on writes.
    static func goInline(_ text: String = modules, version: String = "go1.22.1 X:none") -> [UInt8] {
        func string(_ bytes: [UInt8]) -> [UInt8] {
            var length: [UInt8] = []
            var rest = bytes.count
            repeat {
                length.append(UInt8(rest & 0x7f) | (rest > 0x7f ? 0x80 : 0))
                rest >>= 7
            } while rest > 0
            return length + bytes
        }
        let marked = Array(repeating: 0x41, count: 16) + Array(text.utf8) + Array(repeating: UInt8(0x42), count: 16)
        let information =
            goMagic + [8, 2] + Array(repeating: 0, count: 16) + string(Array(version.utf8)) + string(marked)
        return elf([(".go.buildinfo", information)])
    }

    /// What one before 1.18 writes: addresses of two strings.
    static func goPointers(_ text: String = modules) -> [UInt8] {
        let version = Array("go1.17".utf8)
        let marked = Array(repeating: 0x41, count: 16) + Array(text.utf8) + Array(repeating: UInt8(0x42), count: 16)
        let base = 0x40_1000
        var information = goMagic + [8, 0] + little(base + 32, base + 48, width: 8)
        information += little(base + 64, version.count, base + 64 + version.count, marked.count, width: 8)
        return elf([(".data", information + version + marked)])
    }

    // MARK: zlib

    static func deflated(_ bytes: [UInt8], bits: Int32) -> [UInt8] {
        var stream = unsafe z_stream()
        unsafe deflateInit2_(
            &stream, 9, Z_DEFLATED, bits, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        defer { unsafe deflateEnd(&stream) }
        var input = bytes
        return unsafe input.withUnsafeMutableBufferPointer { source in
            unsafe [UInt8](unsafeUninitializedCapacity: source.count + 1000) { buffer, count in
                unsafe stream.next_in = source.baseAddress
                unsafe stream.avail_in = UInt32(source.count)
                unsafe stream.next_out = buffer.baseAddress
                unsafe stream.avail_out = UInt32(buffer.count)
                _ = unsafe deflate(&stream, Z_FINISH)
                unsafe count = buffer.count - Int(stream.avail_out)
            }
        }
    }

    // MARK: zip

    /// A zip archive; entries are deflated.
    static func zip(_ entries: [(name: String, bytes: [UInt8])]) -> [UInt8] {
        var body: [UInt8] = []
        var directory: [UInt8] = []
        for entry in entries {
            let packed = deflated(entry.bytes, bits: -15)
            let sizes = little(0, packed.count, entry.bytes.count, width: 4)
            let name = Array(entry.name.utf8)
            directory += [0x50, 0x4b, 1, 2] + little(20, 20, 0, 8, 0, 0, width: 2) + sizes
            directory += little(name.count, 0, 0, 0, 0, width: 2) + little(0, body.count, width: 4) + name
            body += [0x50, 0x4b, 3, 4] + little(20, 0, 8, 0, 0, width: 2) + sizes + little(name.count, 0, width: 2)
            body += name + packed
        }
        let end =
            [0x50, 0x4b, 5, 6] + little(0, 0, entries.count, entries.count, width: 2)
            + little(directory.count, body.count, width: 4) + [0, 0]
        return body + directory + end
    }

    static func jar(_ manifest: String, _ others: [(name: String, bytes: [UInt8])] = []) -> [UInt8] {
        zip([("META-INF/MANIFEST.MF", Array(manifest.utf8))] + others)
    }

    // MARK: rpm

    static func rpmHeader(_ name: String, version: String, epoch: Int? = nil, requires: [String] = []) -> [UInt8] {
        var tags: [(Int, Int, [String])] = [
            (1000, 6, [name]), (1001, 6, [version]), (1002, 6, ["1.fc40"]), (1014, 6, ["MIT"]), (1022, 6, ["x86_64"]),
            (1044, 6, ["\(name)-src.rpm"]), (1047, 8, [name, "lib\(name).so"]),
        ]
        if !requires.isEmpty { tags.append((1049, 8, requires)) }
        var index: [UInt8] = []
        var data: [UInt8] = []
        if let epoch {
            index += big(1003, 4, 0, 1)
            data += big(epoch)
        }
        for (tag, type, values) in tags {
            index += big(tag, type, data.count, values.count)
            for value in values { data += Array(value.utf8) + [0] }
        }
        return big(index.count / 16, data.count) + index + data
    }

    static let rpmHeaders = [
        rpmHeader("bash", version: "5.2", requires: ["libncurses.so", "nothing"]),
        rpmHeader("ncurses", version: "6.4", epoch: 3),
    ]

    static func ndb(_ headers: [[UInt8]] = rpmHeaders) -> [UInt8] {
        var slots: [UInt8] = []
        var blobs: [UInt8] = []
        for (number, header) in headers.enumerated() {
            slots += Array("Slot".utf8) + little(number + 1, (4096 + blobs.count) / 16, 1, width: 4)
            blobs += Array("BlbS".utf8) + little(number + 1, 0, header.count, width: 4) + header
            blobs += Array(repeating: 0, count: (16 - blobs.count % 16) % 16)
        }
        while slots.count < 4096 - 32 { slots += Array("Slot".utf8) + little(0, 0, 0, width: 4) }
        return Array("RpmP".utf8) + little(0, 1, 1, 3, 0, 0, 0, width: 4) + slots + blobs
    }

    static func berkeley(_ headers: [[UInt8]] = rpmHeaders) -> [UInt8] {
        func page(_ number: Int, _ kind: UInt8, _ next: Int, _ entries: Int, _ length: Int, _ body: [UInt8]) -> [UInt8]
        {
            let start = little(0, 0, number, 0, next, width: 4) + little(entries, length, width: 2) + [0, kind]
            return start + body + Array(repeating: 0, count: 512 - 26 - body.count)
        }
        var overflow: [[UInt8]] = []
        var index: [UInt8] = []
        var items: [UInt8] = []
        let first = 26 + headers.count * 4
        for (number, header) in headers.enumerated() {
            index += little(first + items.count, first + items.count + 5, width: 2)
            items +=
                [1] + little(number + 1, width: 4) + [3, 0, 0, 0] + little(2 + overflow.count, header.count, width: 4)
            var rest = header[...]
            while !rest.isEmpty {
                let own = 2 + overflow.count
                let part = Array(rest.prefix(512 - 26))
                rest = rest.dropFirst(part.count)
                overflow.append(page(own, 7, rest.isEmpty ? 0 : own + 1, 1, part.count, part))
            }
        }
        var meta = little(0, 0, 0, 0x61561, 9, 512, width: 4) + [0, 8, 0, 0]
        meta += Array(repeating: 0, count: 512 - meta.count)
        return meta + page(1, 2, 0, headers.count * 2, first, index + items) + overflow.flatMap { $0 }
    }

    /// The bytes of a database that `sql` makes; `?` stands for the headers, one after the other.
    static func sqlite(_ sql: [String], _ headers: [[UInt8]] = rpmHeaders) -> [UInt8] {
        var connection: OpaquePointer?
        unsafe sqlite3_open(":memory:", &connection)
        defer { unsafe sqlite3_close(connection) }
        for line in sql {
            for header in line.contains("?") ? headers : [[]] {
                var statement: OpaquePointer?
                unsafe sqlite3_prepare_v2(connection, line, -1, &statement, nil)
                let transient = unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)
                if line.contains("?") { unsafe sqlite3_bind_blob(statement, 1, header, Int32(header.count), transient) }
                unsafe sqlite3_step(statement)
                unsafe sqlite3_finalize(statement)
            }
        }
        var size: sqlite3_int64 = 0
        let bytes = unsafe sqlite3_serialize(connection, "main", &size, 0)
        defer { unsafe sqlite3_free(bytes) }
        return unsafe [UInt8](UnsafeRawBufferPointer(start: bytes, count: Int(size)))
    }

    static let rpmTable = [
        "CREATE TABLE Packages (hnum INTEGER PRIMARY KEY, blob BLOB NOT NULL)",
        "INSERT INTO Packages (blob) VALUES (?)",
    ]
}

extension BillOfMaterials {
    /// Each package as `type name version`, with its URL.
    var lines: [String] { packages.map { "\($0.kind.rawValue) \($0.name) \($0.version) \($0.packageURL)" } }

    /// Each known need as `name > name`.
    var needs: [String] {
        dependencies.enumerated().flatMap { place, needed in
            needed.map { "\(packages[place].name) > \(packages[$0].name)" }
        }
    }

    func licenses(of name: String) -> [String]? { packages.first { $0.name == name }?.licenses }
}
