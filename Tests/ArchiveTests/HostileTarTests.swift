import FileSystem
import SystemPackage
import Testing

@testable import Archive

/// Archives that somebody made to do harm.
@Suite struct HostileTarTests {
    /// A header block with a right check sum.
    static func header(
        name: String = "f", type: Character = "0", size: String = "00000000000",
        edit: (inout [UInt8]) -> Void = { _ in }
    ) -> [UInt8] {
        var block = [UInt8](repeating: 0, count: 512)
        func put(_ text: some Sequence<UInt8>, _ start: Int) {
            for (index, byte) in text.enumerated() { block[start + index] = byte }
        }
        put(name.utf8, 0)
        put("0000644\0".utf8, 100)
        put("0000000\0".utf8, 108)
        put("0000000\0".utf8, 116)
        put(size.utf8, 124)
        put("00000000000\0".utf8, 136)
        put(String(type).utf8, 156)
        put("ustar\u{0}00".utf8, 257)
        edit(&block)
        return summed(block)
    }

    static func summed(_ block: [UInt8]) -> [UInt8] {
        var block = block
        block.replaceSubrange(148..<156, with: [UInt8](repeating: 0x20, count: 8))
        let sum = String(block.reduce(0) { $0 + Int($1) }, radix: 8)
        block.replaceSubrange(148..<156, with: Array((String(repeating: "0", count: 6 - sum.count) + sum + "\0 ").utf8))
        return block
    }

    static func pax(_ body: [UInt8], type: Character = "x") -> [UInt8] {
        let octal = String(body.count, radix: 8)
        return header(name: "PaxHeaders.0/f", type: type, size: String(repeating: "0", count: 11 - octal.count) + octal)
            + body + [UInt8](repeating: 0, count: -body.count & 511)
    }

    static func pax(_ body: String, type: Character = "x") -> [UInt8] { pax(Array(body.utf8), type: type) }

    /// The record with its right length.
    static func record(_ key: String, _ value: String) -> String {
        let rest = key.utf8.count + value.utf8.count + 3
        var length = rest + 1
        while rest + String(length).utf8.count != length { length += 1 }
        return "\(length) \(key)=\(value)\n"
    }

    static let end = [UInt8](repeating: 0, count: 1024)

    static let headers: [(label: String, bytes: [UInt8], code: ArchiveError.Code)] = [
        ("text", Array(sample(2000)), .malformed),
        ("wrong check sum", header { $0[0] ^= 1 }.enumerated().map { $0.offset == 5 ? 1 : $0.element }, .malformed),
        ("size is text", header(size: "0000000000x"), .malformed),
        ("size has a sign", header(size: "-0000000001"), .malformed),
        (
            "negative size", header { $0.replaceSubrange(124..<136, with: [UInt8](repeating: 0xff, count: 12)) },
            .malformed
        ),
        (
            "size beyond 64 bits",
            header { $0.replaceSubrange(124..<136, with: [0x80, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]) }, .malformed
        ),
        (
            "greatest size",
            header { $0.replaceSubrange(124..<136, with: [0x80, 0, 0, 0, 0x7f, 255, 255, 255, 255, 255, 255, 255]) },
            .limitExceeded
        ),
        ("size beyond the end", header(size: "00000001000"), .truncated),
        (
            "negative user", header { $0.replaceSubrange(108..<116, with: [UInt8](repeating: 0xff, count: 8)) },
            .malformed
        ),
        (
            "user beyond 32 bits", header { $0.replaceSubrange(108..<116, with: [0x80, 0, 0, 1, 0, 0, 0, 0]) },
            .malformed
        ),
        ("mode is text", header { $0[103] = 0x78 }, .malformed),
        ("time is text", header { $0[140] = 0x78 }, .malformed),
        ("unknown type", header(type: "Q"), .unsupported),
        ("several volumes", header(type: "M"), .unsupported),
        ("no name", header(name: ""), .malformed),
        ("a file called root", header(name: "."), .malformed),
        ("a link called root", header(name: "/", type: "2") { $0[157] = 0x61 }, .malformed),
        ("hard link without a target", header(type: "1"), .malformed),
        ("hard link to the root", header(type: "1") { $0[157] = 0x2f }, .malformed),
        ("symbolic link without a target", header(type: "2"), .malformed),
        ("device is text", header(type: "3") { $0[329] = 0x78 }, .malformed),
        ("one block of zeros", .init(repeating: 0, count: 512) + header(), .malformed),
        ("half a block", Array(header().prefix(200)), .truncated),
        ("extended header at the end", pax(record("path", "x")), .truncated),
        ("extended header before the end mark", pax(record("path", "x")) + end, .malformed),
        ("long name at the end", header(type: "L", size: "00000000001") + .init(repeating: 1, count: 512), .truncated),
        ("extended header too large", header(type: "x", size: "00004000001"), .limitExceeded),
        ("global header too large", header(type: "g", size: "77777777777"), .limitExceeded),
        ("long name too large", header(type: "L", size: "00004000001"), .limitExceeded),
        ("extended header cut", header(type: "x", size: "00000000777"), .truncated),
        ("too many extended headers", Array((0..<40).map { _ in pax(record("path", "x")) }.joined()), .limitExceeded),
    ]

    @Test(arguments: headers.indices) func wrongHeaders(index: Int) {
        let (label, bytes, expected) = Self.headers[index]
        for chunk in [Int.max, 100] {
            #expect(code { _ = try members(of: bytes, chunk: chunk) } == expected, "\(label)")
        }
    }

    static let paxBodies: [(String, ArchiveError.Code?)] = [
        (record("path", "x"), nil), (record("path", ""), nil), (record("comment", "a\nb=c\n"), nil), ("", nil),
        (record("uid", "4294967295") + record("uid", ""), nil), (record("path", "x") + "\0\0\0", nil),
        ("x", .malformed), ("10 path=x", .malformed), ("8 path=x\n", .malformed), ("11 path=x\n", .malformed),
        ("-10 path=x\n", .malformed), ("0 path=x\n", .malformed), ("99999999999999999999 path=x\n", .malformed),
        (" 10 path=x\n", .malformed), ("10path=xx\n", .malformed), ("5 =x\n", .malformed), ("4 x\n", .malformed),
        ("2 \n", .malformed), ("1", .malformed), ("10 path=xxx", .malformed),
        (record("path", "a\0b"), .malformed), (record("linkpath", "\0"), .malformed),
        (record("size", "-1"), .malformed), (record("size", "x"), .malformed),
        (record("size", "9223372036854775808"), .malformed),
        (record("size", "9223372036854775807"), .limitExceeded), (record("size", "10000"), .truncated),
        (record("uid", "4294967296"), .malformed), (record("uid", "-1"), .malformed),
        (record("gid", "1.5"), .malformed),
        (record("mtime", "1.x"), .malformed), (record("mtime", ""), nil), (record("mtime", "."), .malformed),
        (record("mtime", "1."), nil), (record("mtime", "-0.000000001"), nil),
        (record("mtime", "1.00000000000000001"), nil),
        (record("mtime", "--1"), .malformed), (record("mtime", "9223372036854775808"), .malformed),
        (record("mtime", "-9223372036854775807.5"), nil),
        (record("path", "/"), nil), (record("path", "////./."), .malformed),
        (record("GNU.sparse.major", "2"), .unsupported), (record("GNU.sparse.major", "1"), .malformed),
        (record("GNU.sparse.map", "0"), .malformed), (record("GNU.sparse.map", "0,1"), .malformed),
        (record("GNU.sparse.map", "") + record("GNU.sparse.size", "5"), nil),
        (record("GNU.sparse.map", "0,0") + record("GNU.sparse.size", "4398046511105"), .limitExceeded),
        (record("GNU.sparse.map", "0,1") + record("GNU.sparse.size", "5"), .malformed),
        (record("GNU.sparse.map", "6,0") + record("GNU.sparse.size", "5"), .malformed),
        (record("GNU.sparse.map", "5,0,0,0") + record("GNU.sparse.size", "9"), .malformed),
        (record("GNU.sparse.map", "1,9223372036854775807") + record("GNU.sparse.size", "9"), .malformed),
        (record("GNU.sparse.map", "a,b") + record("GNU.sparse.size", "9"), .malformed),
        (record("GNU.sparse.map", ",") + record("GNU.sparse.size", "9"), .malformed),
        (record("GNU.sparse.numbytes", "1"), .malformed), (record("GNU.sparse.offset", "-1"), .malformed),
    ]

    @Test(arguments: paxBodies.indices) func extendedHeaders(index: Int) {
        let (body, expected) = Self.paxBodies[index]
        #expect(code { _ = try members(of: Self.pax(body) + Self.header() + Self.end) } == expected, "\(body)")
    }

    @Test func keysOfExtendedHeadersMustBeText() {
        let body = Self.pax([0x37, 0x20, 0xff, 0x3d, 0x78, 0x78, 0x0a])
        #expect(code { _ = try members(of: body + Self.header() + Self.end) } == .unsupported)
    }

    /// A sparse file of GNU tar's old format with these offsets and lengths.
    static func oldSparse(_ map: [(String, String)], realSize: String, isExtended: Bool = false) -> [UInt8] {
        header(type: "S") { block in
            block.replaceSubrange(257..<265, with: Array("ustar  \0".utf8))
            for (index, (offset, length)) in map.enumerated() {
                block.replaceSubrange(386 + index * 24..<386 + index * 24 + 24, with: Array((offset + length).utf8))
            }
            block[482] = isExtended ? 1 : 0
            block.replaceSubrange(483..<495, with: Array(realSize.utf8))
        }
    }

    static let oldSparseFiles: [([UInt8], ArchiveError.Code?)] = [
        (oldSparse([("000000000000", "000000000001")], realSize: "000000000010"), .malformed),
        (oldSparse([("00000000000x", "000000000000")], realSize: "000000000010"), .malformed),
        (oldSparse([], realSize: "77777777777x"), .malformed),
        (oldSparse([], realSize: "777777777777"), nil),
        (oldSparse([], realSize: "000000000010", isExtended: true), nil),
        (
            oldSparse([], realSize: "000000000010", isExtended: true)
                + Array(repeatElement([UInt8](repeating: 0x30, count: 512), count: 3000).joined()), .limitExceeded
        ),
        (header(type: "S"), .unsupported),
    ]

    @Test(arguments: oldSparseFiles.indices) func oldSparse(index: Int) {
        let (bytes, expected) = Self.oldSparseFiles[index]
        #expect(
            code {
                let reader = TarReader(MemorySource(bytes + Self.end))
                while try reader.next() != nil {}
            } == expected)
    }

    @Test(
        arguments: [
            ("0\n", nil), ("1\n0\n0\n", nil), ("", ArchiveError.Code.malformed), ("x\n", .limitExceeded),
            ("-1\n", .limitExceeded), ("99999999\n", .limitExceeded), ("9223372036854775807\n", .limitExceeded),
            ("1\n", .malformed), ("1\n0\nx\n", .malformed), ("1\n0\n1\n", .malformed), ("2\n3\n0\n2\n0\n", .malformed),
        ] as [(String, ArchiveError.Code?)])
    func sparseMapsInContents(map: String, expected: ArchiveError.Code?) {
        let records =
            Self.record("GNU.sparse.major", "1") + Self.record("GNU.sparse.minor", "0")
            + Self.record("GNU.sparse.realsize", "5") + Self.record("GNU.sparse.name", "real")
        let data = Array(map.utf8) + [UInt8](repeating: 0, count: 512 - map.utf8.count)
        let bytes = Self.pax(records) + Self.header(size: "00000001000") + data + Self.end
        var read: [Member] = []
        #expect(code { read = try members(of: bytes) } == expected)
        #expect(read.map(\.entry.path) == (expected == nil ? ["real"] : []))
        #expect(read.allSatisfy { $0.contents == [0, 0, 0, 0, 0] })
    }

    @Test func everyTruncationOfASmallArchive() throws {
        let records = Self.record("GNU.sparse.map", "0,1,3,2") + Self.record("GNU.sparse.size", "5")
        let sparse = Self.pax(records) + Self.header(size: "00000000003") + .init(repeating: 1, count: 512)
        let old = Self.oldSparse([], realSize: "000000000010", isExtended: true) + .init(repeating: 0, count: 512)
        let bytes =
            try sparse + old
            + archive([
                Member(entry: .make("ä"), contents: [1]), Member(entry: .make("d", .directory), contents: []),
            ])
        let whole = try members(of: bytes)
        #expect(whole.count == 4)
        for count in 0..<bytes.count {
            let cut = Array(bytes[..<count])
            let strict = code { _ = try members(of: cut, options: .init(requiresEndMarker: true)) }
            #expect(strict == .truncated || strict == .malformed, "after \(count) bytes")
            // Without an end mark, an archive may end between two entries, and then all before is intact.
            if let read = try? members(of: cut) { #expect(whole.starts(with: read)) }
        }
    }

    @Test func anEntryOfManyAttributesIsReadInLinearTime() throws {
        // As many as the 64 KiB of names that a file can have, each of them three times.
        var body = ""
        for index in 0..<21_000 { body += Self.record("SCHILY.xattr.u.\(index % 7000)", "x") }
        #expect(body.utf8.count < 1 << 20)
        let read = try members(of: Self.pax(body) + Self.header() + Self.end)
        #expect(read[0].entry.xattrs.count == 7000)
    }

    @Test func aReaderThatFailedStaysFailed() throws {
        let reader = TarReader(MemorySource(sample(1024)))
        #expect(code { _ = try reader.next() } == .malformed)
        #expect(code { _ = try reader.next() } == .invalidState)
        #expect(code { try reader.drain() } == .invalidState)
    }

    @Test func limitsOnContents() throws {
        let bytes = try archive([Member(entry: .make("f"), contents: sample(1000))])
        let reader = TarReader(MemorySource(bytes))
        _ = try reader.next()
        #expect(code { _ = try reader.readContents(limit: 999) } == .limitExceeded)
        #expect(try reader.readContents(limit: 1000) == sample(1000))
        #expect(try reader.next() == nil)
        #expect(try reader.next() == nil)
        #expect(code { _ = try members(of: bytes, options: .init(greatestFileSize: 999)) } == .limitExceeded)
    }

    /// Random changes to valid archives, compressed and not, for two seconds at most; the same ones each time.
    @Test func randomMutations() throws {
        var random = SplitMix(seed: 42)
        let records = Self.record("GNU.sparse.map", "0,1,3,2") + Self.record("GNU.sparse.size", "5")
        let sparse = Self.pax(records) + Self.header(size: "00000000003") + .init(repeating: 1, count: 512)
        let plain = try sparse + archive(TarWriterTests.everything)
        let seeds = [plain, try compress(plain, .gzip()), try compress(plain, .zstd())]
        let clock = ContinuousClock()
        let deadline = clock.now + .seconds(2)
        var round = 0
        while round < 20_000, clock.now < deadline {
            round += 1
            let seedIndex = Int.random(in: 0..<seeds.count, using: &random)
            var bytes = seeds[seedIndex]
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let index = Int.random(in: bytes.indices, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes[index] = UInt8(ascii: "0") + UInt8.random(in: 0...9, using: &random)
                case 2: bytes.removeSubrange(index..<min(index + Int.random(in: 1...600, using: &random), bytes.count))
                default: bytes.insert(contentsOf: bytes[..<min(index, 512)], at: index)
                }
                if bytes.isEmpty { break }
            }
            // Right check sums, so that what lies behind them is reached.
            if seedIndex == 0 {
                for start in stride(from: 0, to: bytes.count - 511, by: 512)
                where bytes[start + 257..<start + 262].elementsEqual("ustar".utf8) {
                    bytes.replaceSubrange(start..<start + 512, with: Self.summed(Array(bytes[start..<start + 512])))
                }
            }
            do {
                let source = try Decompressor.open(MemorySource(bytes), limits: .init(greatestSize: 16 << 20))
                _ = try members(of: source, options: .init(greatestFileSize: 1 << 20))
            } catch is ArchiveError {
                continue
            }
        }
        #expect(round > 10)
    }
}
