import FileSystem
import SystemPackage
import Testing

@testable import Archive

@Suite struct TarWriterTests {
    static let everything: [Member] = [
        Member(entry: .make("", .directory, mode: 0o755), contents: []),
        Member(entry: .make("bin", .directory, mode: 0o1777, uid: 1, gid: 2), contents: []),
        Member(entry: .make("bin/true", mode: 0o4755, size: 5), contents: Array("hello".utf8)),
        Member(entry: .make("bin/hard", .hardLink("bin/true"), mode: 0o4755), contents: []),
        Member(entry: .make("bin/soft", .symlink("../../etc/x y"), mode: 0o777), contents: []),
        Member(entry: .make("dev-c", .characterDevice(DeviceNumber(major: 5, minor: 1)), mode: 0o600), contents: []),
        Member(entry: .make("dev-b", .blockDevice(DeviceNumber(major: 8, minor: 300)), mode: 0o600), contents: []),
        Member(entry: .make("pipe", .fifo, mode: 0o600), contents: []),
        Member(entry: .make("empty"), contents: []),
        Member(entry: .make(" white\tspace \n", size: 1), contents: [10]),
        Member(entry: .make("grüße/日本", size: 512), contents: .init(repeating: 7, count: 512)),
        Member(entry: .make("grüße/link", .symlink("日本"), mode: 0o777), contents: []),
        Member(entry: .make(FilePath(bytes: [0x63, 0xe9, 0xff]), size: 1), contents: [1]),
        Member(entry: .make(path("p", 90, "q", 60), size: 513), contents: .init(repeating: 8, count: 513)),
        Member(entry: .make(path("p", 90, "q", 60), .directory, mode: 0o700), contents: []),
        Member(entry: .make(path("n", 120), size: 3), contents: [1, 2, 3]),
        Member(entry: .make(path("n", 255, "m", 255, "o", 255), size: 3), contents: [1, 2, 3]),
        Member(entry: .make("longlink", .symlink(path("l", 200)), mode: 0o777), contents: []),
        Member(entry: .make("longhard", .hardLink(path("n", 255, "m", 255, "o", 255)), mode: 0o644), contents: []),
        Member(entry: .make("owner", uid: 2_097_151, gid: 2_097_152), contents: []),
        Member(entry: .make("nobody", uid: 4_294_967_294, gid: 4_000_000_000), contents: []),
        Member(
            entry: .make(
                "caps", mode: 0o755, size: 3,
                xattrs: [
                    ExtendedAttribute(name: "security.capability", value: [1, 0, 0, 2, 0, 10, 0, 61]),
                    ExtendedAttribute(name: "user.a", value: Array("value".utf8)),
                    ExtendedAttribute(name: "user.empty", value: []),
                ]), contents: [1, 2, 3]),
    ]

    static func path(_ parts: any Sendable...) -> FilePath {
        var components: [String] = []
        for index in stride(from: 0, to: parts.count, by: 2) {
            components.append(String(repeating: parts[index] as? String ?? "", count: parts[index + 1] as? Int ?? 0))
        }
        return FilePath(components.joined(separator: "/"))
    }

    @Test func whatIsWrittenIsRead() throws {
        let bytes = try archive(Self.everything)
        #expect(bytes.count.isMultiple(of: 512))
        #expect(try members(of: bytes) == Self.everything)
        #expect(try members(of: bytes, chunk: 7) == Self.everything)
    }

    @Test(arguments: [
        ("plain", TarEntry.make("a", size: 1), 1),
        ("prefix", .make(path("a", 100, "b", 100)), 1),
        ("prefix of a directory", .make(path("a", 100, "b", 99), .directory), 1),
        ("largest prefix", .make(path("a", 155, "b", 100)), 1),
        ("prefix too long", .make(path("a", 156, "b", 100)), 3),
        ("name too long", .make(path("a", 10, "b", 101)), 3),
        ("one component", .make(path("a", 101)), 3),
        ("name of 100 bytes", .make(path("a", 100)), 1),
        ("not ASCII", .make("ä"), 3),
        ("link of 100 bytes", .make("a", .symlink(path("a", 100))), 1),
        ("link too long", .make("a", .symlink(path("a", 101))), 3),
        ("large size", .make("a", size: 0o77777777777), 1),
        ("too large a size", .make("a", size: 0o100000000000), 3),
        ("late time", .make("a", mtime: 0o77777777777), 1),
        ("too late a time", .make("a", mtime: 0o100000000000), 3),
        ("early time", .make("a", mtime: -1), 1),
    ])
    func extendedHeadersOnlyWhereNeeded(label: String, entry: TarEntry, blocks: Int) throws {
        let sink = MemorySink()
        let writer = TarWriter(to: sink)
        try writer.write(entry)
        #expect(writer.position == Int64(blocks * 512))
    }

    @Test(arguments: [
        (Timestamp(seconds: 1, nanoseconds: 500_000_000), "1.5"), (Timestamp(seconds: -1), "-1"),
        (Timestamp(seconds: -1, nanoseconds: 500_000_000), "-0.5"),
        (Timestamp(seconds: -2, nanoseconds: 1), "-1.999999999"),
        (Timestamp(seconds: 1_700_000_000, nanoseconds: 1), "1700000000.000000001"),
        (Timestamp(seconds: 0o100000000000), "8589934592"),
    ])
    func exactTimesOnRequest(time: Timestamp, text: String) throws {
        var entry = TarEntry.make("a")
        entry.mtime = time
        let member = Member(entry: entry, contents: [])
        let bytes = try archive([member], options: TarWriter.Options(keepsExactTimes: true))
        #expect(String(decoding: bytes[512..<1024], as: UTF8.self).contains(" mtime=\(text)\n"))
        #expect(try members(of: bytes) == [member])

        entry.mtime = Timestamp(seconds: max(0, time.seconds))
        #expect(try members(of: try archive([member])) == [Member(entry: entry, contents: [])])
    }

    @Test func rootAndLeadingSlashesDisappear() throws {
        let bytes = try archive([
            Member(entry: .make("/", .directory), contents: []), Member(entry: .make("/a/b"), contents: []),
            Member(entry: .make("./c", .hardLink("/a/b")), contents: []),
            Member(entry: .make(".", .directory), contents: []),
            Member(entry: .make(".hidden", .hardLink("./..x")), contents: []),
        ])
        #expect(try members(of: bytes).map(\.entry.path) == ["", "a/b", "c", "", ".hidden"])
        #expect(bytes.prefix(3) == Array("./\0".utf8)[...])
    }

    @Test func attributesAreSorted() throws {
        let attributes = ["user.b", "trusted.a=b", "user.a%41"].map { ExtendedAttribute(name: $0, value: [0, 10, 61]) }
        let one = try archive([Member(entry: .make("a", xattrs: attributes), contents: [])])
        let other = try archive([Member(entry: .make("a", xattrs: attributes.reversed()), contents: [])])
        #expect(one == other)
        #expect(try members(of: one)[0].entry.xattrs == attributes.sorted { $0.name < $1.name })
    }

    @Test(arguments: [
        TarEntry.make(""), .make(".", .symlink("x")), .make("a", size: -1), .make("a", .hardLink("")),
        .make("a", .characterDevice(DeviceNumber(major: 1, minor: 0o10000000))),
        .make("a", xattrs: [ExtendedAttribute(name: "", value: [])]),
        .make("a", xattrs: [ExtendedAttribute(name: "user.x\0", value: [])]),
        .make(
            "a", xattrs: [ExtendedAttribute(name: "user.x", value: []), ExtendedAttribute(name: "user.x", value: [1])]),
    ])
    func unrepresentableEntriesAreErrors(entry: TarEntry) {
        #expect(code { try TarWriter(to: MemorySink()).write(entry) } == .unrepresentable)
    }

    @Test func sizesMustBeKept() throws {
        let writer = TarWriter(to: MemorySink())
        try writer.write(.make("a", size: 3))
        try writer.write(contents: [1, 2].span)
        #expect(code { try writer.write(.make("b")) } == .sizeMismatch)
        #expect(code { try writer.finish() } == .invalidState)

        let tooMuch = TarWriter(to: MemorySink())
        try tooMuch.write(.make("a", size: 3))
        #expect(code { try tooMuch.write(contents: [1, 2, 3, 4].span) } == .sizeMismatch)

        let tooLittle = TarWriter(to: MemorySink())
        #expect(code { try tooLittle.write(.make("a", size: 3), contentsOf: MemorySource([1, 2])) } == .sizeMismatch)

        let none = TarWriter(to: MemorySink())
        try none.write(.make("a", size: 3))
        #expect(code { try none.finish() } == .sizeMismatch)

        let directory = TarWriter(to: MemorySink())
        try directory.write(.make("a", .directory, size: 4096))
        #expect(code { try directory.write(contents: [1].span) } == .sizeMismatch)
    }

    @Test(arguments: [0, 1, 511, 512, 513, 65_535, 65_536, 262_144, 262_145, 1_000_000])
    func contentsOfAnySizeAndAnyPieces(size: Int) throws {
        let contents = sample(size)
        let expected = try archive([
            Member(entry: .make("a"), contents: contents), Member(entry: .make("b"), contents: contents),
        ])
        for chunk in [1000, 65_536, 300_000] {
            let sink = MemorySink()
            let writer = TarWriter(to: sink)
            try writer.write(
                .make("a", size: Int64(size)), contentsOf: MemorySource(contents + [1, 2, 3], chunk: chunk))
            try writer.write(.make("b", size: Int64(size)))
            for start in stride(from: 0, to: size, by: chunk) {
                try writer.write(contents: contents.span.extracting(start..<min(size, start + chunk)))
            }
            try writer.finish()
            #expect(sink.bytes == expected)
        }
    }
}
